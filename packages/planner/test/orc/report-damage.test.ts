// Damaged ORC reports whose checksum is right all the same: the planner's own way through them ends in its error, or with every row counted; never in another exception,
// never without an end.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PlanError } from "../../src/error.ts";
import { readOrc } from "../../src/orc/report.ts";
import { Triage } from "../../src/scan/triage.ts";
import { COLUMNS, type ColumnName } from "../../src/source/columns.ts";
import { BUCKET_OWNER, REPORT_CREATED, UPLOADERS } from "../fixture/config.ts";
import { withFolder } from "../fixture/planned.ts";
import { seeded } from "../fixture/seeded.ts";
import { type TestColumn, type WriteOptions, writeOrc } from "./fixture/write.ts";

const ROWS = 90;
const UPLOADER = UPLOADERS[0]?.[1] as string;
const NAMES: readonly ColumnName[] = [
  "key",
  "versionId",
  "isLatest",
  "isDeleteMarker",
  "size",
  "lastModified",
  "etag",
  "storageClass",
  "owner",
];
const random = seeded(11);
const column = (
  name: ColumnName,
  type: TestColumn["type"],
  value: (i: number) => TestColumn["values"][number],
  dictionary = false,
): TestColumn => ({
  ...{ name: COLUMNS[name].parquet, type, dictionary },
  values: Array.from({ length: ROWS }, (_, i) => value(i)),
});
const REPORT = [
  column("key", "string", (i) => `raw/${i}/${"é".repeat(random(9))}`),
  column("versionId", "string", (i) => (i % 5 === 0 ? null : `v${random(1_000_000)}`)),
  column("isLatest", "boolean", () => random(2) === 0),
  column("isDeleteMarker", "boolean", (i) => (i % 13 === 4 ? null : random(7) === 0)),
  column("size", "bigint", (i) => (i % 29 === 28 ? null : BigInt(random(1_000_000)))),
  column("lastModified", "timestamp", () => 1_790_000_000_000_000_000n + BigInt(random(1_000_000)) * 1_000_000_000n),
  column("etag", "string", () => `e${random(1_000_000)}`),
  column("storageClass", "string", (i) => (i % 4 === 0 ? null : "STANDARD"), true),
  column("owner", "string", (i) => (i % 3 === 0 ? BUCKET_OWNER : UPLOADER), true),
];
const WAYS: Pick<WriteOptions, "codec" | "version">[] = [
  { codec: "none", version: 1 },
  { codec: "zlib", version: 2 },
  { codec: "snappy", version: 2 },
  { codec: "lz4", version: 1 },
];
/** Of each file. */
const DAMAGES = 400;

class Whole extends Triage {
  override readonly whole = true;

  override foreign(): void {
    this.row.key();
    this.tally.total.rows++;
  }
}

/** Rows that were counted, or undefined where the planner gave its error. */
async function rowsOf(path: string, bytes: Uint8Array, triage: Triage): Promise<number | undefined> {
  await writeFile(path, bytes);
  const input = {
    file: { key: "data/f.orc", size: bytes.length, md5: createHash("md5").update(bytes).digest("hex") },
    location: { kind: "local", path } as const,
    remote: {
      read: () => {
        throw new Error("nothing here is remote");
      },
    },
    columns: { count: NAMES.length, at: Object.fromEntries(NAMES.map((name, i) => [name, i])) },
    bucket: "data-lake-prod",
    progress: () => undefined,
    room: async () => undefined,
  };
  try {
    await readOrc(input, triage);
    triage.finish();
    return triage.tally.total.rows;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    expect(error.message).toMatch(/data\/f\.orc/);
    return undefined;
  }
}

describe("a damaged ORC report", () => {
  test.each(WAYS)("in $codec ends in the error, or has every row", async (way) => {
    const bytes = writeOrc(REPORT, { ...way, stripeRows: 50, blockBytes: 128 });
    const next = seeded(bytes.length);
    const triage = (i: number): Triage => {
      const settings = {
        ...{ bucket: "data-lake-prod", bucketOwner: BUCKET_OWNER, reportCreated: REPORT_CREATED },
        accounts: UPLOADERS.map(([id, canonicalId]) => ({ id, canonicalId })),
        actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
      } as const;
      return new (i % 2 === 0 ? Triage : Whole)(settings, "data/f.orc", () => undefined);
    };
    await withFolder(async (folder) => {
      const path = join(folder, "f.orc");
      expect(await rowsOf(path, bytes, triage(0))).toBe(ROWS);
      expect(await rowsOf(path, bytes, triage(1))).toBe(ROWS);
      let refused = 0;
      for (let i = 0; i < DAMAGES; i++) {
        const damaged = Uint8Array.from(bytes);
        const at = next(bytes.length);
        damaged[at] = (damaged[at] as number) ^ (1 + next(255));
        const rows = await rowsOf(path, i % 7 === 6 ? damaged.subarray(0, next(bytes.length)) : damaged, triage(i));
        if (rows === undefined) refused++;
        else expect(rows, `byte ${at} of ${bytes.length}`).toBe(ROWS);
      }
      expect(refused).toBeGreaterThan(DAMAGES / 10);
    });
  });
});
