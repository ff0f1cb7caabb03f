/** Everything about an object but its content and its access: class, encryption, headers, metadata, tags. */
import { plainAttributes } from "../store/attributes.ts";
import { noTags } from "../store/intern.ts";
import type { Encryption, ObjectAttributes, ObjectFields, Tags } from "../store/object.ts";
import type { Store } from "../store/store.ts";
import { encryptedByDefaultSince } from "./calendar.ts";
import type { Writer } from "./cast.ts";
import { customerKeyMd5Of } from "./customer-key.ts";
import { type Dice, Table } from "./dice.ts";

interface ClassChoice {
  readonly storageClass: string;
  readonly archiveTier?: "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS";
}

const classes = new Table<ClassChoice>([
  [0.08, { storageClass: "STANDARD_IA" }],
  [0.035, { storageClass: "INTELLIGENT_TIERING" }],
  [0.005, { storageClass: "INTELLIGENT_TIERING", archiveTier: "ARCHIVE_ACCESS" }],
  [0.01, { storageClass: "ONEZONE_IA" }],
  [0.02, { storageClass: "GLACIER_IR" }],
  [0.012, { storageClass: "GLACIER" }],
  [0.006, { storageClass: "DEEP_ARCHIVE" }],
  [0.004, { storageClass: "REDUCED_REDUNDANCY" }],
  [0.828, { storageClass: "STANDARD" }],
]);

const encryptions = new Table<"plain" | "customer" | "managed">([
  [0.025, "customer"],
  [0.008, "managed"],
  [0.967, "plain"],
]);

export type Traits = Pick<ObjectFields, "attributes" | "storageClass" | "archiveTier" | "encryption" | "tags">;

export class TraitTables {
  readonly #attributes: readonly ObjectAttributes[];
  readonly #tags: readonly Tags[];
  readonly #store: Store;
  readonly #encryptions = new Map<string, Encryption>();

  constructor(store: Store) {
    this.#store = store;
    this.#attributes = attributeSets.map((attributes) => store.intern.attributes(attributes));
    this.#tags = tagSets.map((tags) => store.intern.tags(new Map(Object.entries(tags))));
  }

  /** `at`: the day of the calendar. */
  draw(dice: Dice, writer: Writer, at: number): Traits {
    const { storageClass, archiveTier } = classes.draw(dice);
    return {
      storageClass,
      archiveTier,
      encryption: this.#encryption(encryptions.draw(dice), writer, at, dice.chance(0.5)),
      attributes: dice.chance(0.3) ? dice.pick(this.#attributes) : (this.#attributes[0] as ObjectAttributes),
      tags: dice.chance(0.04) ? dice.pick(this.#tags) : noTags,
    };
  }

  /** Keys belong to the writer's account: that is the wall a new owner meets. */
  #encryption(choice: "plain" | "customer" | "managed", writer: Writer, at: number, bucketKey: boolean): Encryption {
    const key = choice === "plain" ? undefined : writer.account?.kmsKeys.find((one) => one.managed === (choice === "managed"));
    const wanted: Encryption =
      key !== undefined
        ? { kind: "SSE-KMS", keyArn: key.arn, bucketKey }
        : { kind: at < encryptedByDefaultSince && !bucketKey ? "NOT-SSE" : "SSE-S3" };
    return this.#shared(key === undefined ? wanted.kind : `${key.arn}:${bucketKey}`, () => wanted);
  }

  /** Encryption under a key that only the writer's team holds. */
  customerKey(seed: number, writer: Writer): Encryption {
    return this.#shared(`customer-key:${writer.team}`, () => ({ kind: "SSE-C", keyMd5: customerKeyMd5Of(seed, writer.team) }));
  }

  #shared(name: string, make: () => Encryption): Encryption {
    let shared = this.#encryptions.get(name);
    if (shared === undefined) {
      shared = this.#store.intern.encryption(make());
      this.#encryptions.set(name, shared);
    }
    return shared;
  }
}

const attributeSets: readonly ObjectAttributes[] = [
  plainAttributes,
  { contentType: "application/json", contentEncoding: "gzip", metadata: new Map([["uploaded-by", "etl-batch"]]) },
  {
    contentType: "text/csv; charset=utf-8",
    metadata: new Map([
      ["source-system", "erp"],
      ["schema-version", "7"],
    ]),
  },
  { contentType: "image/png", cacheControl: "public, max-age=86400", metadata: new Map() },
  { contentType: "application/pdf", contentDisposition: 'attachment; filename="report.pdf"', contentLanguage: "de", metadata: new Map() },
  {
    contentType: "application/x-parquet",
    metadata: new Map([
      ["checksum-sha256", "0f343b0931126a20f133d67c2b018a3b"],
      ["rows", "120000"],
    ]),
  },
  { contentType: "text/plain", expires: "Wed, 21 Oct 2026 07:28:00 GMT", metadata: new Map([["owner-team", "=?UTF-8?Q?M=C3=BCnchen?="]]) },
  { contentType: "text/html", websiteRedirect: "/images/index.html", metadata: new Map() },
];

const tagSets: readonly Readonly<Record<string, string>>[] = [
  { team: "ingest" },
  { team: "billing", retention: "7y" },
  { "cost center": "R&D / 42", classification: "confidential" },
  { project: "Größe", environment: "prod", "delete-after": "2030-01-01" },
];
