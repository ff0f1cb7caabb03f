// Two planners on one campaign store: the last to begin has it, the other stops, and no plan.json ever stands over parts of two plans.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type CampaignStore, jsonBytes, openLocalStore, StoreError } from "@quitclaim/campaign";
import { expect, test } from "vitest";
import { claimPlan, PLANNING_JSON } from "../src/dataset/claim.ts";
import { plan } from "../src/index.ts";
import { NOW, testConfig } from "./fixture/config.ts";
import { datasetBytes, withFolder } from "./fixture/planned.ts";
import { rowsOf, writeReport } from "./fixture/report.ts";

async function paths(store: CampaignStore): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["plan/", "held/", "grants/"]) for await (const path of store.list(folder)) found.push(path);
  return found;
}

test("a planner that another one overtakes stops, and the other's plan is as if it had been alone", async () => {
  await withFolder(async (folder) => {
    const first = await writeReport(join(folder, "first"), rowsOf(4_000, 3), { cut: Array(20).fill(200) });
    const second = await writeReport(join(folder, "second"), rowsOf(300, 4), { cut: [300] });
    const store = await openLocalStore(join(folder, "store"));
    let other: Promise<unknown> | undefined;
    let begun = false;
    // The first one looks again only when the other has begun: which of the two is faster must not matter here.
    const patient: CampaignStore = {
      ...store,
      async read(path) {
        while (path === PLANNING_JSON && other !== undefined && !begun) await setTimeout(5);
        return store.read(path);
      },
    };
    const noticed: CampaignStore = {
      ...store,
      async write(path, bytes) {
        await store.write(path, bytes);
        begun = true;
      },
    };
    const overtaken = plan({
      config: testConfig(first, { limits: { ...testConfig(first).limits, batchRows: 20 } }),
      store: patient,
      now: () => NOW,
      threads: 1,
      onProgress: () => {
        other ??= plan({ config: testConfig(second), store: noticed, now: () => NOW + 1, threads: 1 });
      },
    });
    await expect(overtaken).rejects.toMatchObject({
      code: "plan-overtaken",
      message: expect.stringMatching(/^Another plan of this campaign was begun .* wrote nothing more/),
    });
    await other;
    const alone = await openLocalStore(join(folder, "alone"));
    await plan({ config: testConfig(second), store: alone, now: () => NOW + 1, threads: 1 });
    expect(await datasetBytes(store)).toEqual(await datasetBytes(alone));
    expect(await store.read("plan/plan.json")).toEqual(await alone.read("plan/plan.json"));
    expect(await store.read(PLANNING_JSON)).toBeUndefined();
  });
});

test("what a killed planner left stands in nobody's way", async () => {
  await withFolder(async (folder) => {
    const manifest = await writeReport(join(folder, "report"), rowsOf(100, 3), { cut: [100] });
    const store = await openLocalStore(join(folder, "store"));
    await store.write(PLANNING_JSON, jsonBytes({ id: "killed", host: "h", pid: 1, at: "2026-01-01T00:00:00.000Z" }));
    await store.write("plan/account=222233334444/part-00007.parquet", new Uint8Array(3));
    // Of other parts of the store nobody knows that no other process is writing them.
    const unfinished = [
      "plan/account=222233334444/part-00008.parquet.unfinished-1-0a",
      "held/x.unfinished-1-0b",
      "results/x.unfinished-1-0c",
    ];
    for (const path of unfinished) {
      await mkdir(dirname(join(store.location, path)), { recursive: true });
      await writeFile(join(store.location, path), new Uint8Array(3));
    }
    expect((await plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1 })).rows).toBe(100);
    expect(await store.read(PLANNING_JSON)).toBeUndefined();
    expect(unfinished.filter((path) => existsSync(join(store.location, path)))).toEqual(["results/x.unfinished-1-0c"]);
  });
});

test("whoever lost the store writes and removes nothing more, and no plan.json", async () => {
  await withFolder(async (folder) => {
    const store = await openLocalStore(folder);
    const first = await claimPlan(store, NOW);
    await first.store.write("plan/account=1/part-00000.parquet", new Uint8Array(1));
    const second = await claimPlan(store, NOW + 1);
    await expect(first.store.write("plan/account=1/part-00001.parquet", new Uint8Array(1))).rejects.toThrow(
      `begun at ${new Date(NOW + 1).toISOString()} by process ${process.pid} on ${hostname()}, into ${store.location}`,
    );
    await expect(first.store.remove("plan/account=1/part-00000.parquet")).rejects.toMatchObject({ code: "plan-overtaken" });
    await expect(first.finish(jsonBytes({}))).rejects.toMatchObject({ code: "plan-overtaken" });
    expect(await paths(store)).toEqual(["plan/account=1/part-00000.parquet"]);
    await first.release();
    expect(await store.read(PLANNING_JSON)).toBeDefined();
    await second.release();
    expect(await store.read(PLANNING_JSON)).toBeUndefined();
  });
});

test("a part that whoever began meanwhile swept away while it was written tells that, and not what the disk said", async () => {
  await withFolder(async (folder) => {
    const store = await openLocalStore(folder);
    const late: CampaignStore = {
      ...store,
      async write(path, bytes) {
        if (path === PLANNING_JSON) return store.write(path, bytes);
        await claimPlan(store, NOW + 1);
        throw new StoreError(`cannot write ${path}: ENOENT`);
      },
    };
    const first = await claimPlan(late, NOW);
    await expect(first.store.write("plan/account=1/part-00000.parquet", new Uint8Array(1))).rejects.toMatchObject({
      code: "plan-overtaken",
    });
  });
});

test.each([
  ["lands beside the new plan's", "held/reason=sse-c/part-00000.parquet", new Uint8Array(1), /is not of this plan/],
  ["lands over one of them, of the same length", "plan/account=1/part-00000.parquet", new Uint8Array([9]), /was written over/],
])("a late part of the planner before that %s ends the new plan without plan.json", async (_, path, bytes, told) => {
  await withFolder(async (folder) => {
    const store = await openLocalStore(folder);
    await claimPlan(store, NOW);
    const second = await claimPlan(store, NOW);
    await second.store.write("plan/account=1/part-00000.parquet", new Uint8Array([1]));
    // The first one's upload had begun before.
    await store.write(path, bytes);
    await expect(second.finish(jsonBytes({}))).rejects.toThrow(told);
    expect(await store.read("plan/plan.json")).toBeUndefined();
  });
});

test("a part that another planner's removal took with it ends the plan without plan.json", async () => {
  await withFolder(async (folder) => {
    const store = await openLocalStore(folder);
    const claim = await claimPlan(store, NOW);
    await claim.store.write("plan/account=1/part-00000.parquet", new Uint8Array([1]));
    await store.remove("plan/account=1/part-00000.parquet");
    await expect(claim.finish(jsonBytes({}))).rejects.toThrow(/1 of its 1 parts are gone/);
    expect(await store.read("plan/plan.json")).toBeUndefined();
  });
});
