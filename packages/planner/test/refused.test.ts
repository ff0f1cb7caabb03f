// A data file that cannot be had, from S3 or from the disk, is told as what it is: neither a damaged report nor a bug.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { readS3Object, S3FileError } from "@quitclaim/aws";
import { openLocalStore } from "@quitclaim/campaign";
import { startSandbox } from "@quitclaim/sandbox";
import { afterAll, describe, expect, test } from "vitest";
import { type ObjectReader, PlanError, plan } from "../src/index.ts";
import { NOW, testConfig } from "./fixture/config.ts";
import { withFolder } from "./fixture/planned.ts";
import { rowsOf, writeFiles, writeReport } from "./fixture/report.ts";
import { PLAIN, writeOrc } from "./orc/fixture/write.ts";

const FORMATS = ["CSV", "Parquet", "ORC"] as const;
type Format = (typeof FORMATS)[number];
const ORC_SCHEMA =
  "struct<bucket:string,key:string,version_id:string,is_latest:boolean,is_delete_marker:boolean,size:bigint,object_owner:string>";

/** A report of one data file, the manifest's path. */
async function report(folder: string, format: Format): Promise<string> {
  if (format !== "ORC") return writeReport(folder, rowsOf(3_000, 5), { format, cut: [3_000] });
  const column = { name: "key", type: "string", values: ["a"] } as const;
  return writeFiles(folder, [writeOrc([column], PLAIN)], { format, schema: ORC_SCHEMA });
}

async function failure(work: Promise<unknown>): Promise<Error & { code?: unknown; syscall?: unknown; path?: unknown }> {
  const error: unknown = await work.then(
    () => undefined,
    (rejected: unknown) => rejected,
  );
  if (!(error instanceof Error)) throw new Error("it was planned");
  return error;
}

/** The report out of a folder, but for data files: those begin, and then `ends`. */
function readerOf(folder: string, bytesFirst: number, ends: () => Error): ObjectReader {
  const bytes = (url: string): Promise<Buffer> => readFile(join(folder, url.slice("s3://inventory-reports/".length)));
  return {
    async *read(url) {
      yield (await bytes(url)).subarray(0, bytesFirst);
      throw ends();
    },
    size: async (url) => (await bytes(url)).length,
    readRange: async (url, start, end) => (await bytes(url)).subarray(start, end),
  };
}

const remotely = (folder: string, manifest: string, reader: ObjectReader, store: Awaited<ReturnType<typeof openLocalStore>>) =>
  plan({
    config: testConfig(`s3://inventory-reports/${manifest.slice(folder.length + 1)}`),
    store,
    reader,
    now: () => NOW,
    threads: 2,
  });

describe.each(FORMATS)("a %s data file", (format) => {
  test.each([0, 700])("that S3 refuses after %i bytes ends the plan with S3's own error, the very one", async (bytesFirst) => {
    await withFolder(async (folder) => {
      const manifest = await report(folder, format);
      const store = await openLocalStore(join(folder, "store"));
      const expired = new S3FileError("ExpiredToken", "cannot read s3://inventory-reports/x: the session has expired. Sign in again.");
      const reader = readerOf(folder, bytesFirst, () => expired);
      expect(await failure(remotely(folder, manifest, reader, store))).toBe(expired);
    });
  });

  test("that is gone is told as missing, with its URL", async () => {
    await withFolder(async (folder) => {
      const manifest = await report(folder, format);
      const store = await openLocalStore(join(folder, "store"));
      const reader = readerOf(folder, 0, () => new S3FileError("NoSuchKey", "cannot read it: there is no such object."));
      const error = await failure(remotely(folder, manifest, reader, store));
      expect(error).toBeInstanceOf(PlanError);
      expect(error.code).toBe("data-file-missing");
      expect(error.message).toMatch(/data\/0\.\S+ of the report does not exist \(looked for s3:\/\/inventory-reports\/inventory\/\S+\)/);
    });
  });

  test("that is a folder is told with what the disk said, and its path", async () => {
    await withFolder(async (folder) => {
      const manifest = await report(folder, format);
      const document = JSON.parse(await readFile(manifest, "utf8")) as { files: { key: string; size: number }[] };
      const file = document.files[0] as { key: string; size: number };
      const path = join(folder, file.key);
      await rm(path);
      await mkdir(path);
      // So that it is opened, whatever size this file system gives a folder.
      file.size = (await stat(path)).size;
      await writeFile(manifest, JSON.stringify(document));
      await writeFile(join(dirname(manifest), "manifest.checksum"), createHash("md5").update(JSON.stringify(document)).digest("hex"));
      const store = await openLocalStore(join(folder, "store"));
      const error = await failure(
        plan({ config: testConfig(manifest, { inventory: { manifest, root: folder } }), store, now: () => NOW, threads: 1 }),
      );
      expect([error.name, error.code, error.syscall, error.path]).toEqual(["Error", "EISDIR", "read", path]);
    });
  });
});

describe("from a real server", () => {
  const ending: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ending) await end();
  });

  test("that does not know the bucket any more, S3's word arrives as S3FileError", async () => {
    const sandbox = await startSandbox({ accounts: 2, seed: 8 });
    ending.push(() => sandbox.close());
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0] as { accessKeyId: string; secretAccessKey: string };
    const s3 = new S3Client({
      region: sandbox.region,
      endpoint: sandbox.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    ending.push(async () => s3.destroy());
    await withFolder(async (folder) => {
      const manifest = await report(folder, "CSV");
      const store = await openLocalStore(join(folder, "store"));
      const local = readerOf(folder, 0, () => new Error("not asked"));
      const error = await failure(remotely(folder, manifest, { ...local, read: (url) => readS3Object(s3, url).stream() }, store));
      expect([error.name, error.code]).toEqual(["S3FileError", "NoSuchBucket"]);
      expect(error.message).toContain("s3://inventory-reports/");
    });
  });
});

test("a manifest that is a folder is told to be one, with the name of what is wanted", async () => {
  await withFolder(async (folder) => {
    await report(folder, "CSV");
    const store = await openLocalStore(join(folder, "store"));
    const error = await failure(plan({ config: testConfig(folder), store, now: () => NOW }));
    expect([error.name, error.code, error.message]).toEqual([
      "PlanError",
      "manifest-missing",
      expect.stringContaining(`${folder} is a folder: inventory.manifest must name the manifest.json of one report`),
    ]);
  });
});
