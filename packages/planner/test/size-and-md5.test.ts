// A Parquet or ORC file that is not of the size or MD5 that the manifest says is told as that, wherever it lies and however it is read: at once into memory, or, where it
// is large, by ranges behind a first pass over all of it. No plan comes of it, and no temporary file stays.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CampaignStore, jsonBytes, openLocalStore } from "@quitclaim/campaign";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ObjectReader, PlanError, plan } from "../src/index.ts";
import { PARQUET_IN_MEMORY_BYTES_MAX } from "../src/limits.ts";
import { READERS } from "../src/reader/readers.ts";
import { emptyTally } from "../src/scan/tally.ts";
import { Triage } from "../src/scan/triage.ts";
import { orcColumns, parquetColumns } from "../src/source/columns.ts";
import { BUCKET_OWNER, NOW, REPORT_CREATED, testConfig, UPLOADERS } from "./fixture/config.ts";
import { withFolder } from "./fixture/planned.ts";
import { aclCell, padded, parquetBytes, rowsOf, SCHEMAS, writeFiles } from "./fixture/report.ts";
import { orcReport } from "./orc/fixture/report.ts";

const FORMATS = ["Parquet", "ORC"] as const;
type Format = (typeof FORMATS)[number];
const SIZES = ["small", "large"] as const;
type Size = (typeof SIZES)[number];

const rows = rowsOf(300, 31);
const LARGE = PARQUET_IN_MEMORY_BYTES_MAX + 1;

const made = new Map<string, Uint8Array>();
function fileOf(format: Format, size: Size): Uint8Array {
  const known = made.get(format + size);
  if (known !== undefined) return known;
  const padding = size === "large" ? LARGE : 0;
  const bytes = format === "Parquet" ? padded(parquetBytes(rows, 97), padding) : orcReport(rows, aclCell, { padding });
  made.set(format + size, bytes);
  return bytes;
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

interface Damage {
  /** Of the file that is there. */
  readonly bytes: (whole: Uint8Array) => Uint8Array;
  readonly code: "data-file-size" | "data-file-md5";
  readonly says: RegExp;
}
const DAMAGES: Readonly<Record<string, Damage>> = {
  "one byte too short": { bytes: (whole) => whole.subarray(0, -1), code: "data-file-size", says: /has \d+ bytes, its manifest says \d+/ },
  "one byte too long": {
    bytes: (whole) => Buffer.concat([whole, Buffer.alloc(1)]),
    code: "data-file-size",
    says: /has (at least )?\d+ bytes, its manifest says \d+/,
  },
  // In the middle: of a large file where nothing is read by its place.
  "of the right size but changed": {
    bytes: (whole) => {
      const changed = Buffer.from(whole);
      const at = changed.length >> 1;
      changed[at] = (changed[at] as number) ^ 1;
      return changed;
    },
    code: "data-file-md5",
    says: /has MD5 [0-9a-f]{32}, its manifest says [0-9a-f]{32}/,
  },
};

/** Each has memory of its own, as what a socket gives has. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield new Uint8Array(bytes.subarray(at, at + (1 << 20)));
}

/** Reads a file that should be `whole` and is `there`; the rows that were found. */
async function read(format: Format, place: "local" | "remote", whole: Uint8Array, there: Uint8Array, folder: string): Promise<number> {
  const path = join(folder, "file");
  if (place === "local") await writeFile(path, there);
  const settings = {
    bucket: "data-lake-prod",
    bucketOwner: BUCKET_OWNER,
    accounts: UPLOADERS.map(([id, canonicalId]) => ({ id, canonicalId })),
    actions: testConfig("unused").actions,
    reportCreated: REPORT_CREATED,
  };
  const triage = new Triage(settings, "data/f", () => undefined);
  await (await READERS[format]())(
    {
      file: { key: "data/f", size: whole.length, md5: md5(whole) },
      location: place === "local" ? { kind: "local", path } : { kind: "remote", url: "s3://b/data/f" },
      remote: { read: () => pieces(there) },
      columns: format === "ORC" ? orcColumns(SCHEMAS.ORC) : parquetColumns(SCHEMAS.Parquet),
      bucket: "data-lake-prod",
      progress: () => undefined,
      room: async () => undefined,
    },
    triage,
  );
  expect(triage.tally).not.toEqual(emptyTally());
  return triage.tally.total.rows;
}

/** A folder for temporary files of this process and its threads, in which none may stay. */
async function withoutLitter(work: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const temporary = join(folder, "tmp");
    await mkdir(temporary);
    vi.stubEnv("TMPDIR", temporary);
    await work(folder);
    expect(await readdir(temporary)).toEqual([]);
  });
}
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(FORMATS)("%s", (format) => {
  describe.each(SIZES)("in a %s file", (size) => {
    test.each(["local", "remote"] as const)("that is %s is read as it is, and refused where it is another", async (place) => {
      await withoutLitter(async (folder) => {
        const whole = fileOf(format, size);
        expect(await read(format, place, whole, whole, folder)).toBe(rows.length);
        for (const [what, { bytes, code, says }] of Object.entries(DAMAGES)) {
          const failure = await read(format, place, whole, bytes(whole), folder).catch((error: unknown) => error);
          expect(failure, what).toBeInstanceOf(PlanError);
          expect(failure, what).toMatchObject({ code, message: expect.stringMatching(says) });
          expect((failure as Error).message, what).toContain("The data file data/f ");
        }
      });
    });
  });
});

/** The objects of a bucket as a folder has them. */
const bucketOf = (folder: string): ObjectReader => {
  const bytes = (url: string): Promise<Buffer> => readFile(join(folder, url.slice("s3://inventory-reports/".length)));
  return {
    async *read(url) {
      yield* pieces(await bytes(url));
    },
    size: async (url) => (await bytes(url)).length,
    readRange: async (url, start, end) => (await bytes(url)).subarray(start, end),
  };
};

describe("a plan", () => {
  test.each([
    ["Parquet", "local", "of the right size but changed"],
    ["ORC", "remote", "one byte too long"],
  ] as const)("from a report whose last, large %s file (%s) is %s is none, and the one before is gone", async (format, place, what) => {
    await withoutLitter(async (folder) => {
      const files = [fileOf(format, "small"), fileOf(format, "large")];
      const manifest = await writeFiles(folder, files, { format, schema: SCHEMAS[format] });
      const { bytes, code, says } = DAMAGES[what] as Damage;
      const last = join(folder, `inventory/data-lake-prod/all/data/1.${format.toLowerCase()}`);
      await writeFile(last, bytes(files[1] as Uint8Array));
      const store: CampaignStore = await openLocalStore(join(folder, "store"));
      await store.write("plan/plan.json", jsonBytes({ old: true }));
      const where = place === "local" ? manifest : `s3://inventory-reports/${manifest.slice(folder.length + 1)}`;
      const failure = await plan({ config: testConfig(where), store, reader: bucketOf(folder), now: () => NOW, threads: 1 }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ name: "PlanError", code, message: expect.stringMatching(says) });
      expect((failure as Error).message).toContain(`data/1.${format.toLowerCase()} has `);
      expect(await store.read("plan/plan.json")).toBeUndefined();
    });
  });
});
