// The planner on reports made here: the plan does not depend on threads or files, comes last and whole, and is never made twice in different ways.
import { createReadStream, existsSync } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { accountId, createLedger, jsonBytes, openLocalStore, type PlanSummary, readJson, sum, versionId } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { type ObjectReader, PlanError, plan, planSentence } from "../src/index.ts";
import { BUCKET_OWNER, NOW, testConfig, UPLOADERS } from "./fixture/config.ts";
import { datasetBytes, plannedBatches, withFolder, withStore } from "./fixture/planned.ts";
import { rowsOf, writeFiles, writeReport } from "./fixture/report.ts";
import { expectedPlan, type World } from "./fixture/truth.ts";

const world: World = {
  bucketOwner: BUCKET_OWNER,
  accounts: new Map(UPLOADERS.map(([a, id]) => [id, a])),
  op: "acl",
  versions: true,
  acls: true,
};
const [FIRST] = UPLOADERS[0] as (typeof UPLOADERS)[number];

const planOf = (manifest: string, threads: number, batchRows = 50): Promise<{ summary: PlanSummary; bytes: Map<string, string> }> =>
  withStore(async (store) => {
    const config = testConfig(manifest);
    const summary = await plan({ config: { ...config, limits: { ...config.limits, batchRows } }, store, now: () => NOW, threads });
    return { summary, bytes: await datasetBytes(store) };
  });

describe("the same rows", () => {
  test("give the same plan byte for byte, whatever the number of threads, the cut into files, gzip members and the format", async () => {
    const rows = rowsOf(1_500, 7);
    await withFolder(async (folder) => {
      const reports = await Promise.all([
        writeReport(join(folder, "a"), rows, { cut: [1_500] }),
        writeReport(join(folder, "b"), rows, { cut: [700, 0, 1, 499, 300], members: 5 }),
        writeReport(join(folder, "c"), rows, { cut: [400, 1_100], format: "Parquet" }),
        writeReport(join(folder, "d"), rows, { cut: [1_000, 500], format: "ORC" }),
      ]);
      const one = await planOf(reports[0] as string, 1);
      const others = await Promise.all([planOf(reports[1] as string, 3), planOf(reports[2] as string, 2), planOf(reports[3] as string, 2)]);
      for (const other of others) {
        expect([...other.bytes.keys()]).toEqual([...one.bytes.keys()]);
        for (const [path, bytes] of one.bytes) expect(other.bytes.get(path), path).toBe(bytes);
        const { provenance: _, ...rest } = one.summary;
        expect(other.summary).toMatchObject(rest);
      }
    });
  });

  test("are planned as an oracle says that shares no code with the planner, in batches of the configured size", async () => {
    const rows = rowsOf(900, 11);
    const expected = expectedPlan(rows, world);
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rows, { cut: [300, 600], members: 3 });
      await withStore(async (store) => {
        const config = testConfig(manifest);
        const summary = await plan({
          config: { ...config, limits: { ...config.limits, batchRows: 40 } },
          store,
          now: () => NOW,
          threads: 2,
        });
        expect(summary.ownedByBucketOwner).toBe(expected.counts.own);
        expect(summary.deleteMarkers).toBe(expected.counts["delete markers"]);
        expect(summary.alreadyGranted).toBe(expected.counts["already granted"]);
        for (const [account] of UPLOADERS) {
          const batches = await plannedBatches(store, summary, account);
          expect(batches.flat()).toEqual(expected.planned.get(account));
          expect(batches.slice(0, -1).every((batch) => batch.length === 40)).toBe(true);
          expect(summary.accounts[account]?.batches).toBe(batches.length);
        }
        expect(await readJson(store, "plan/plan.json")).toEqual(summary);
        expect(planSentence(summary)).toMatch(/^\d+ of \d+ foreign-owned objects need nothing but the switch/);
      });
    });
  });
});

describe("a plan is whole or absent", () => {
  test("a signal stops it, and plan.json of an earlier run is gone", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(2_000, 3), { cut: [500, 500, 500, 500] });
      await withStore(async (store) => {
        await store.write("plan/plan.json", jsonBytes({ old: true }));
        const stop = new AbortController();
        const failure = await plan({
          config: testConfig(manifest),
          store,
          now: () => NOW,
          threads: 1,
          signal: stop.signal,
          onProgress: () => stop.abort(),
        }).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(PlanError);
        expect(failure).toMatchObject({ code: "aborted" });
        expect(await store.read("plan/plan.json")).toBeUndefined();
      });
    });
  });

  test("a store that fails while parts are written leaves no plan.json", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(300, 5), { cut: [300] });
      await withStore(async (store) => {
        const failing = {
          ...store,
          write: (path: string, bytes: Uint8Array) =>
            path.startsWith("held/") ? Promise.reject(new Error("disk full")) : store.write(path, bytes),
        };
        await expect(plan({ config: testConfig(manifest), store: failing, now: () => NOW, threads: 1 })).rejects.toThrow("disk full");
        expect(await store.read("plan/plan.json")).toBeUndefined();
      });
    });
  });

  test("planning again removes parts that the new plan does not have", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(300, 5), { cut: [300] });
      await withStore(async (store) => {
        await store.write("plan/account=999999999999/part-00000.parquet", new Uint8Array(3));
        await store.write("held/reason=by-rule/part-00000.parquet", new Uint8Array(3));
        await plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1 });
        const paths = [...(await datasetBytes(store)).keys()];
        expect(paths).not.toContain("plan/account=999999999999/part-00000.parquet");
        expect(paths).not.toContain("held/reason=by-rule/part-00000.parquet");
      });
    });
  });
});

describe("a campaign that has results", () => {
  test("keeps its plan: the same plan is found to be the same, another one is refused and changes nothing", async () => {
    await withFolder(async (folder) => {
      const rows = rowsOf(400, 9);
      const manifest = await writeReport(join(folder, "a"), rows, { cut: [400] });
      const other = await writeReport(join(folder, "b"), rows.slice(0, 399), { cut: [399] });
      await withStore(async (store) => {
        const first = await plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1 });
        const batch = (await plannedBatches(store, first, FIRST))[0] ?? [];
        await createLedger(
          store,
          { account: FIRST, part: 0, rowGroup: 0, rows: batch.length, op: "acl" },
          batch.map((row) => ({
            key: row.key,
            versionId: row.versionId,
            op: row.op,
            outcome: "granted",
            code: "",
            httpStatus: 200,
            requestId: "r",
            attempts: 1,
            at: NOW,
            newVersionId: null,
            detail: "",
          })),
        );
        const before = await datasetBytes(store);
        expect(await plan({ config: testConfig(manifest), store, now: () => NOW + 60_000, threads: 2 })).toEqual(first);
        const failure = await plan({ config: testConfig(other), store, now: () => NOW, threads: 1 }).catch((error: unknown) => error);
        expect(failure).toMatchObject({
          name: "PlanError",
          code: "store-has-results",
          message: expect.stringContaining("Nothing was changed"),
        });
        expect(await datasetBytes(store)).toEqual(before);
        expect(await readJson(store, "plan/plan.json")).toEqual(first);
      });
    });
  });
});

describe("the report's source", () => {
  /** s3:// URLs read from a folder that stands for all buckets, in odd pieces. */
  const reader = (folder: string, reads: string[] = []): ObjectReader => {
    const path = (url: string): string => join(folder, url.slice("s3://".length));
    return {
      async *read(url) {
        reads.push(url);
        yield* createReadStream(path(url), { highWaterMark: 1_000 });
      },
      size: async (url) => (existsSync(path(url)) ? (await stat(path(url))).size : undefined),
      async readRange(url, start, end) {
        return (await readFile(path(url))).subarray(start, end);
      },
    };
  };

  test.each(["CSV", "Parquet"] as const)(
    "%s below s3:// gives the plan that it gives from a folder, and each data file is read once",
    async (format) => {
      await withFolder(async (folder) => {
        const manifest = await writeReport(join(folder, "inventory-bucket"), rowsOf(300, 13), { cut: [100, 200], format });
        const local = await planOf(manifest, 1);
        const reads: string[] = [];
        await withStore(async (store) => {
          const config = testConfig(manifest.replace(folder, "s3:/"));
          await plan({
            config: { ...config, limits: { ...config.limits, batchRows: 50 } },
            store,
            now: () => NOW,
            threads: 2,
            reader: reader(folder, reads),
          });
          expect(await datasetBytes(store)).toEqual(local.bytes);
        });
        expect(reads.filter((url) => url.includes("/data/")).length).toBe(2);
      });
    },
  );

  test("a reader's failure is the plan's failure, with its own words", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(join(folder, "inventory-bucket"), rowsOf(30, 13), { cut: [30] });
      const broken: ObjectReader = {
        ...reader(folder),
        read: (url) => ({
          [Symbol.asyncIterator]: () => ({
            next: () => Promise.reject(new PlanError("data-file-missing", `${url}: AccessDenied, ask for s3:GetObject`)),
          }),
        }),
      };
      await withStore(async (store) => {
        await expect(
          plan({ config: testConfig(manifest.replace(folder, "s3:/")), store, now: () => NOW, reader: broken, threads: 1 }),
        ).rejects.toThrow("AccessDenied, ask for s3:GetObject");
      });
    });
  });

  test("inventory.root stands for the destination bucket's root, wherever the manifest lies", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(join(folder, "root"), rowsOf(50, 1), { cut: [50] });
      const elsewhere = join(folder, "elsewhere", "manifest.json");
      const files = await openLocalStore(join(folder, "elsewhere"));
      await files.write("manifest.json", await readFile(manifest));
      await files.write("manifest.checksum", await readFile(manifest.replace("manifest.json", "manifest.checksum")));
      await withStore(async (store) => {
        await expect(plan({ config: testConfig(elsewhere), store, now: () => NOW })).rejects.toThrow(/Set inventory\.root/);
        const config = testConfig(elsewhere, { inventory: { manifest: elsewhere, root: join(folder, "root") } });
        expect((await plan({ config, store, now: () => NOW })).rows).toBe(50);
      });
    });
  });

  test("its age is refused beyond the limit unless told", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(20, 1), { cut: [20] });
      await withStore(async (store) => {
        const later = () => NOW + 100 * 3_600_000;
        await expect(plan({ config: testConfig(manifest), store, now: later })).rejects.toMatchObject({
          code: "report-too-old",
          message: expect.stringContaining("101 hours ago"),
        });
        const summary = await plan({ config: testConfig(manifest), store, now: later, ignoreAge: true });
        expect(summary.provenance.ageHours).toBe(101);
      });
    });
  });

  test("without VersionId it is refused on a bucket that keeps versions, unless told; what could not be asked is told", async () => {
    await withFolder(async (folder) => {
      const [, owner] = UPLOADERS[0] as (typeof UPLOADERS)[number];
      const rows = gzipSync(`"data-lake-prod","k","1","${owner}"\n`);
      const manifest = await writeFiles(folder, [rows], { schema: "Bucket, Key, Size, ObjectOwner" });
      await withStore(async (store) => {
        await store.write("plan/plan.json", jsonBytes({ old: true }));
        const notes: string[] = [];
        const onNote = (note: string): void => {
          if (note.includes("VersionId")) notes.push(note);
        };
        const asked = { config: testConfig(manifest), store, now: () => NOW, threads: 1, onNote };
        for (const versioning of ["Enabled", "Suspended"] as const)
          await expect(plan({ ...asked, versioning: async () => versioning })).rejects.toMatchObject({
            code: "versions-missing",
            message: expect.stringMatching(/IncludedObjectVersions: All, or accept that with --current-only/),
          });
        expect(await readJson(store, "plan/plan.json")).toEqual({ old: true });
        expect(notes).toEqual([]);
        await plan({ ...asked, versioning: async () => "never" });
        expect(notes).toEqual([]);
        await plan({ ...asked, versioning: () => Promise.reject(new Error("no credentials")) });
        await plan(asked);
        await plan({ ...asked, versioning: async () => "Enabled", currentOnly: true });
        expect(notes).toMatchObject([
          expect.stringContaining("could not be asked (no credentials)"),
          expect.stringContaining("was not asked"),
          expect.stringContaining("as --current-only accepts"),
        ]);
      });
    });
  });

  test("with VersionId nobody asks the bucket", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(5, 1), { cut: [5] });
      await withStore(async (store) => {
        const versioning = () => Promise.reject(new Error("asked"));
        await plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1, versioning, onNote: expect.unreachable });
      });
    });
  });

  test("a data file changed by one bit is named", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(200, 1), { cut: [100, 100] });
      const file = await open(join(folder, "inventory/data-lake-prod/all/data/1.csv.gz"), "r+");
      await file.write(new Uint8Array([0x55]), 0, 1, 400);
      await file.close();
      await withStore(async (store) => {
        await expect(plan({ config: testConfig(manifest), store, now: () => NOW })).rejects.toMatchObject({
          code: "data-file-md5",
          message: expect.stringContaining("data/1.csv.gz has MD5"),
        });
      });
    });
  });
});

describe("the forecast", () => {
  test("counts a look at the ACL of each granted object that no version ID pins, unless others' grants are given up", async () => {
    await withFolder(async (folder) => {
      const rows = rowsOf(400, 3).map((row) => ({ ...row, storage_class: "STANDARD" }));
      const manifest = await writeReport(folder, rows, { cut: [400] });
      for (const thirdPartyGrants of ["keep", "drop"] as const)
        await withStore(async (store) => {
          const config = testConfig(manifest, { actions: { default: "acl", thirdPartyGrants, rules: [] } });
          const summary = await plan({ config, store, now: () => NOW });
          let unpinned = 0;
          for (const [account] of UPLOADERS)
            for (const row of (await plannedBatches(store, summary, account)).flat()) if (row.versionId === "null") unpinned++;
          expect(unpinned).toBeGreaterThan(5);
          expect(summary.forecast.requests.GetObjectAcl).toBe(thirdPartyGrants === "keep" ? unpinned : undefined);
        });
    });
  });
});

describe("identities", () => {
  test("an account without a canonical ID is proven; without proof, or with another's, it is refused by name", async () => {
    await withFolder(async (folder) => {
      const manifest = await writeReport(folder, rowsOf(100, 2), { cut: [100] });
      const config = testConfig(manifest);
      const accounts = config.accounts.map(({ canonicalId: _, ...account }) => account);
      await withStore(async (store) => {
        const ids = new Map(UPLOADERS);
        const prove = async (account: (typeof UPLOADERS)[number][0]) => ids.get(account) ?? BUCKET_OWNER;
        const proven = await plan({ config: { ...config, accounts }, store, now: () => NOW, prove });
        const given = await plan({ config, store, now: () => NOW });
        expect(proven.accounts).toEqual(given.accounts);
        await expect(plan({ config: { ...config, accounts }, store, now: () => NOW })).rejects.toThrow(
          /canonical ID of account 222233334444 is not known/,
        );
        await expect(plan({ config: { ...config, accounts }, store, now: () => NOW, prove: async () => BUCKET_OWNER })).rejects.toThrow(
          /same canonical ID/,
        );
      });
    });
  });

  test("a null version is called null", async () => {
    await withFolder(async (folder) => {
      const [, owner] = UPLOADERS[0] as (typeof UPLOADERS)[number];
      const manifest = await writeReport(folder, [{ key: "k", is_latest: true, size: 1, object_owner: owner }], { cut: [1] });
      await withStore(async (store) => {
        const summary = await plan({ config: testConfig(manifest), store, now: () => NOW });
        expect((await plannedBatches(store, summary, accountId("222233334444"))).flat()).toMatchObject([
          { versionId: versionId("null"), formerAcl: null, grants: null },
        ]);
        expect(sum(summary.planned)).toBe(1);
      });
    });
  });
});
