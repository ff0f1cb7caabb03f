// kill -9 while the planner works: there is no plan, and the next run gives the one that an undisturbed run gives.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { jsonBytes, openLocalStore } from "@quitclaim/campaign";
import { expect, test } from "vitest";
import { plan } from "../src/index.ts";
import { NOW, testConfig } from "./fixture/config.ts";
import { datasetBytes, withFolder } from "./fixture/planned.ts";
import { rowsOf, writeReport } from "./fixture/report.ts";

test("a killed planner leaves no plan.json, and planning again gives the undisturbed plan", async () => {
  await withFolder(async (folder) => {
    const rows = rowsOf(2_000, 21);
    // Many files, so that it is killed long before the last one.
    const manifest = await writeReport(join(folder, "report"), rows, { cut: Array(40).fill(50) });
    const killed = await openLocalStore(join(folder, "killed"));
    await killed.write("plan/plan.json", jsonBytes({ old: true }));
    const child = spawn(
      process.execPath,
      ["--conditions=development", join(import.meta.dirname, "fixture/plan-process.ts"), manifest, killed.location],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await killed.read("plan/plan.json")).toBeUndefined();

    const again = await plan({ config: testConfig(manifest), store: killed, now: () => NOW, threads: 2 });
    const clean = await openLocalStore(join(folder, "clean"));
    expect(await plan({ config: testConfig(manifest), store: clean, now: () => NOW, threads: 1 })).toEqual(again);
    expect(await datasetBytes(killed)).toEqual(await datasetBytes(clean));
  });
});
