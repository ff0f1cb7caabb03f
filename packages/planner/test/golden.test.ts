// The golden reports against an oracle that reads their truth and nothing else.
import { existsSync, globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type AccountId, type CampaignConfig, type PlanRow, type PlanSummary, sum } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { plan } from "../src/index.ts";
import { BUCKET_OWNER, NOW, testConfig, UPLOADERS } from "./fixture/config.ts";
import { datasetBytes, heldRows, plannedBatches, withStore } from "./fixture/planned.ts";
import { expectedPlan, type TruthRow, type World } from "./fixture/truth.ts";

const INVENTORIES = resolve(import.meta.dirname, "../../../../shared/inventories");
const present = existsSync(INVENTORIES);
if (!present)
  console.warn(`SKIPPED: the golden reports are not at ${INVENTORIES}; generated.test.ts covers the same ground with reports of its own`);

const manifestOf = (set: string): string => globSync(`${INVENTORIES}/${set}/inventory/*/*/2026-10-04*/manifest.json`)[0] as string;
const truth = (): (TruthRow & { file: number })[] =>
  readFileSync(`${INVENTORIES}/rows.ndjson`, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TruthRow & { file: number });

const world: World = {
  bucketOwner: BUCKET_OWNER,
  accounts: new Map(UPLOADERS.map(([account, id]) => [id, account])),
  op: "acl",
  versions: true,
  acls: true,
};

interface Made {
  summary: PlanSummary;
  batches: Map<AccountId, PlanRow[][]>;
  held: Record<string, unknown>[];
  bytes: Map<string, string>;
}

function made(set: string, changes: Partial<CampaignConfig> = {}): Promise<Made> {
  return withStore(async (store) => {
    const summary = await plan({ config: testConfig(manifestOf(set), changes), store, now: () => NOW, threads: 2 });
    const batches = new Map<AccountId, PlanRow[][]>();
    for (const [account] of UPLOADERS) batches.set(account, await plannedBatches(store, summary, account));
    return { summary, batches, held: await heldRows(store), bytes: await datasetBytes(store) };
  });
}

function assertAsExpected({ summary, batches, held }: Made, rows: readonly TruthRow[], in_: World): void {
  const expected = expectedPlan(rows, in_);
  const { counts } = expected;
  expect(summary.rows).toBe(rows.length);
  expect(summary.deleteMarkers).toBe(counts["delete markers"] ?? 0);
  expect(summary.ownedByBucketOwner).toBe(counts.own ?? 0);
  expect(summary.alreadyGranted).toBe(counts["already granted"] ?? 0);
  expect(summary.bytes).toBe(rows.reduce((a, row) => a + (row.size ?? 0), 0));
  for (const [account] of UPLOADERS) {
    const planned = (batches.get(account) ?? []).flat();
    expect(planned).toEqual(
      // An object too large for CopyObject is a batch alone, ahead of the batch that was being filled.
      in_.op === "copy" ? sortedLike(planned, expected.planned.get(account) ?? []) : (expected.planned.get(account) ?? []),
    );
    expect(sum(summary.accounts[account]?.planned ?? {})).toBe(planned.length);
  }
  expect(Object.fromEntries(Object.entries(summary.held).sort())).toEqual(
    Object.fromEntries([...expected.held].map(([reason, keys]) => [reason, keys.length] as const).sort()),
  );
  for (const [reason, keys] of expected.held) expect(held.filter((row) => row.reason === reason).map((row) => row.key)).toEqual(keys);
  expect(held.length).toBe(sum(summary.held));
}

function sortedLike(order: readonly PlanRow[], rows: readonly unknown[]): unknown[] {
  const name = (row: unknown): string => JSON.stringify([(row as PlanRow).key, (row as PlanRow).versionId]);
  const place = new Map(order.map((row, i) => [name(row), i]));
  return [...rows].sort((a, b) => (place.get(name(a)) ?? -1) - (place.get(name(b)) ?? -1));
}

describe.skipIf(!present)("golden reports", () => {
  test.each(["csv", "parquet", "orc"])("%s: every planned and held row is the one that the truth asks for", async (set) => {
    const result = await made(set);
    assertAsExpected(result, truth(), world);
    const totals = JSON.parse(readFileSync(`${INVENTORIES}/totals.json`, "utf8"));
    expect(result.summary.rows).toBe(totals.rows);
    expect(result.summary.deleteMarkers).toBe(totals.deleteMarkers);
    expect(result.summary.ownedByBucketOwner).toBe(totals.ownedByBucketOwner);
    expect(result.summary.bytes).toBe(totals.totalBytes);
    const granted = (permission: string, grantee: string): number =>
      result.summary.thirdPartyGrantees
        .filter((g) => g.permission === permission && g.grantee.endsWith(grantee))
        .reduce((a, g) => a + g.objects, 0);
    expect(granted("READ", "AllUsers")).toBe(totals.foreign.allUsersGrant + totals.bucketOwnerRows.allUsersGrant);
  });

  test.each(["parquet", "orc"])("CSV and %s of the same rows give the same dataset, byte for byte", async (set) => {
    const [csv, other] = await Promise.all([made("csv"), made(set)]);
    expect([...other.bytes.keys()]).toEqual([...csv.bytes.keys()]);
    for (const [path, bytes] of csv.bytes) expect(other.bytes.get(path), path).toBe(bytes);
    const { provenance: _, ...withoutProvenance } = csv.summary;
    expect(other.summary).toMatchObject(withoutProvenance);
  });

  test("copying: what S3 cannot copy is held, and a large object is a batch alone", async () => {
    const result = await made("csv", { actions: { default: "copy", thirdPartyGrants: "keep", rules: [] } });
    assertAsExpected(result, truth(), { ...world, op: "copy" });
    const batches = [...result.batches.values()].flat();
    expect(batches.some((batch) => batch.some((row) => row.size > 5 * 1024 ** 3))).toBe(true);
    for (const batch of batches) if (batch.some((row) => row.size > 5 * 1024 ** 3)) expect(batch.length).toBe(1);
  });

  test("a report of current objects without versions and ACLs: nothing counts as granted, and the worker has to read each ACL", async () => {
    const rows = truth()
      .filter((row) => row.is_latest === true && row.is_delete_marker !== true)
      .map(
        ({ key, size, e_tag, object_owner }): TruthRow => ({
          key,
          ...(size === undefined ? {} : { size }),
          ...(e_tag === undefined ? {} : { e_tag }),
          ...(object_owner === undefined ? {} : { object_owner }),
        }),
      );
    const result = await made("csv-current");
    assertAsExpected(result, rows, { ...world, versions: false, acls: false });
    expect(result.summary.forecast.requests.GetObjectAcl).toBe(sum(result.summary.planned));
    expect(result.summary.switchAlone).toBe(0);
    expect(result.summary.provenance.columnsAbsent?.[0]).toBe("ObjectAccessControlList");
  });

  test("columns in another order, and unknown columns with quotes, commas and line breaks", async () => {
    const columns = [
      "key",
      "version_id",
      "is_latest",
      "is_delete_marker",
      "size",
      "last_modified_date",
      "e_tag",
      "storage_class",
      "encryption_status",
      "object_access_control_list",
      "object_owner",
    ];
    const rows = truth()
      .filter((row) => row.file === 3)
      .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))) as unknown as TruthRow);
    assertAsExpected(await made("csv-reordered"), rows, world);
  });

  test("an older run of the same configuration is read from the same data folder, its own files only", async () => {
    const manifest = globSync(`${INVENTORIES}/csv/inventory/*/*/2026-09-27*/manifest.json`)[0] as string;
    await withStore(async (store) => {
      const summary = await plan({ config: testConfig(manifest), store, now: () => NOW, ignoreAge: true });
      expect(summary.rows).toBe(25);
    });
  });
});

const BROKEN: Record<string, { code: string; says: RegExp }> = {
  "acl-not-decodable": {
    code: "acl-undecodable",
    says: /4 ACLs that cannot be understood: row 4: the ACL names no version; row 8: .* not base64; row 13: .*; row 18: .*"2030-01-01".*--hold-unreadable-acls/,
  },
  "csv-key-not-decodable": { code: "key-undecodable", says: /rows 5, 9/ },
  "csv-row-short": { code: "row-invalid", says: /Row 11 .* has 7 fields instead of 20/ },
  "data-file-missing": { code: "data-file-missing", says: /7da2b2fc-dbfd-44fe-8b49-e6c013b8627d\.csv\.gz/ },
  "data-md5-wrong": { code: "data-file-md5", says: /0d441c97-f23b-441d-9f3c-670d925cb068\.csv\.gz has MD5/ },
  "data-size-wrong": { code: "data-file-size", says: /has 3971 bytes, its manifest says 3972/ },
  "gzip-garbage-after-end": { code: "data-file-corrupt", says: /not gzip/ },
  "gzip-truncated": { code: "data-file-corrupt", says: /ends too early/ },
  "manifest-checksum-missing": { code: "report-incomplete", says: /not complete/ },
  "manifest-checksum-wrong": { code: "manifest-checksum", says: /does not match its manifest\.checksum/ },
  "manifest-not-json": { code: "manifest-invalid", says: /not whole JSON/ },
  "no-object-owner": { code: "columns-missing", says: /ObjectOwner: nobody can tell whose an object is/ },
  "orc-stripe-corrupt": { code: "data-file-corrupt", says: /stripe 1, column version_id, stream DATA, byte \d+: has a ZLIB block/ },
  "orc-truncated": { code: "data-file-corrupt", says: /the file was cut off/ },
  "parquet-footer-corrupt": { code: "data-file-corrupt", says: /footer cannot be parsed/ },
  "parquet-page-corrupt": { code: "data-file-corrupt", says: /row group 2 of 2/ },
  "source-bucket-mismatch": { code: "source-bucket", says: /"data-lake-dev".*"data-lake-prod"/ },
};

describe.skipIf(!present)("broken reports", () => {
  test.each(Object.entries(BROKEN))("%s has its own error and leaves no plan", async (set, { code, says }) => {
    await withStore(async (store) => {
      await store.write("plan/plan.json", new TextEncoder().encode("{}"));
      const failure = await plan({ config: testConfig(manifestOf(`broken/${set}`)), store, now: () => NOW, threads: 1 }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ name: "PlanError", code, message: expect.stringMatching(says) });
      // What is refused before the report is opened leaves an older plan alone; everything later has removed it.
      const beforeReading = ["manifest-checksum", "manifest-invalid", "report-incomplete", "columns-missing", "source-bucket"];
      expect((await store.read("plan/plan.json")) !== undefined).toBe(beforeReading.includes(code));
    });
  });

  test("acl-not-decodable, told to hold them: only the rows with those ACLs are held or named, the others are planned as ever", async () => {
    const notes: string[] = [];
    await withStore(async (store) => {
      const summary = await plan({
        config: testConfig(manifestOf("broken/acl-not-decodable")),
        store,
        now: () => NOW,
        onNote: (note) => notes.push(note),
        holdUnreadableAcls: true,
      });
      expect(summary.rows).toBe(30);
      expect(summary.held["acl-unreadable"]).toBe(1);
      expect(notes.map((note) => /row (\d+)/.exec(note)?.[1])).toEqual(["4", "8", "13", "18"]);
      expect((await heldRows(store)).find((row) => row.reason === "acl-unreadable")).toMatchObject({
        key: "unicode/a\u200bb",
        detail: "the ACL in the report is not base64",
      });
    });
  });

  test("every broken set is covered here", () => {
    const sets = globSync(`${INVENTORIES}/broken/*`).map((path) => path.split("/").at(-1));
    expect(sets.sort()).toEqual(Object.keys(BROKEN).sort());
  });
});
