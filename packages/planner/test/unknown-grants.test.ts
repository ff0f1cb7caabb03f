// Of how many objects nobody can say whom their ACLs let in: every one is counted, whoever owns it and whatever becomes of it, in each format, and said.
import { type PlanSummary, readJson } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { plan, planSentence } from "../src/index.ts";
import { BUCKET_OWNER, NOW, testConfig, UPLOADERS } from "./fixture/config.ts";
import { withFolder, withStore } from "./fixture/planned.ts";
import { rowsOf, SCHEMAS, seeded, writeReport } from "./fixture/report.ts";
import { expectedPlan, type TruthRow, type World } from "./fixture/truth.ts";

const FORMATS = ["CSV", "Parquet", "ORC"] as const;
const ROWS = 1_300;

/** Every third row or so has no ACL, and some have one that cannot be understood. */
const rows = (): TruthRow[] => {
  const random = seeded(17);
  return rowsOf(ROWS, 17).map((row): TruthRow => {
    const { object_access_control_list: acl, ...rest } = row;
    if (acl === undefined || random() < 0.3) return rest;
    return random() < 0.02 ? { ...rest, object_access_control_list: {} } : row;
  });
};

interface Told {
  readonly summary: PlanSummary;
  readonly readme: string;
}

const planned = (manifest: string): Promise<Told> =>
  withStore(async (store) => {
    // So that some are skipped, and more are held.
    const rules = [{ when: { smallerThan: 100_000_000 }, do: "skip", line: 1 }] as const;
    const actions = { default: "copy", thirdPartyGrants: "keep", rules } as const;
    const config = testConfig(manifest, { actions });
    const summary = await plan({ config, store, now: () => NOW, threads: 1, holdUnreadableAcls: true });
    expect(await readJson(store, "plan/plan.json")).toEqual(summary);
    return { summary, readme: Buffer.from((await store.read("grants/README")) ?? []).toString() };
  });

const world: World = {
  bucketOwner: BUCKET_OWNER,
  accounts: new Map(UPLOADERS.map(([a, id]) => [id, a])),
  op: "copy",
  versions: true,
  acls: true,
};

describe.each(FORMATS)("of a report in %s", (format) => {
  test("every object whose ACL it does not tell is counted, however rows are cut into files", async () => {
    await withFolder(async (folder) => {
      const { counts } = expectedPlan(rows(), world);
      const expected = { objects: counts["grants unknown"] as number, ownedByBucketOwner: counts["own grants unknown"] as number };
      expect(expected.ownedByBucketOwner).toBeGreaterThan(150);
      expect(expected.objects).toBeGreaterThan(expected.ownedByBucketOwner + 150);
      const { summary, readme } = await planned(await writeReport(folder, rows(), { format, cut: [1_000, 0, 1, ROWS - 1_001] }));
      expect(summary.grantsUnknown).toEqual(expected);
      expect(summary.skipped).toBeGreaterThan(10);
      // The worker looks at the planned ones alone.
      expect(summary.forecast.aclsUnknown).toBeLessThan(expected.objects - expected.ownedByBucketOwner);
      const figures = `${expected.objects.toLocaleString("en-US")} objects, ${expected.ownedByBucketOwner} of them the bucket owner's own`;
      expect(planSentence(summary)).toContain(`access is NOT KNOWN of ${figures}: the report does not tell their ACLs.`);
      expect(readme).toContain(`The ACL is NOT KNOWN of ${figures}: more may be given`);
    });
  });

  test("that has no ACL column every object is counted", async () => {
    await withFolder(async (folder) => {
      const schema = SCHEMAS[format].replace(/ObjectAccessControlList|object_access_control_list/, "something_new");
      const { summary, readme } = await planned(await writeReport(folder, rowsOf(500, 4), { format, cut: [500], schema }));
      const { rows: all, deleteMarkers, ownedByBucketOwner } = summary;
      expect(summary.grantsUnknown).toEqual({ objects: all - deleteMarkers, ownedByBucketOwner });
      const figures = `${all - deleteMarkers} objects, ${ownedByBucketOwner} of them the bucket owner's own`;
      expect(planSentence(summary)).toContain(`because the report has no ObjectAccessControlList: ${figures}. The switch ends`);
      expect(readme).toContain(`has no ObjectAccessControlList. That is ${figures}; third-party.json is empty`);
    });
  });
});

test("a report that tells every ACL leaves nothing to say", async () => {
  await withFolder(async (folder) => {
    const told = rowsOf(300, 6).filter((row) => row.object_access_control_list?.status === "AVAILABLE");
    const { summary, readme } = await planned(await writeReport(folder, told, { cut: [told.length] }));
    expect(summary).not.toHaveProperty("grantsUnknown");
    expect(planSentence(summary) + readme).not.toContain("NOT KNOWN");
  });
});
