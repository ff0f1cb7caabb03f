// A bucket that is switched while a campaign runs, noticed by a worker that is not the engine's own: the campaign is over, not blocked.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startSandbox } from "@quitclaim/sandbox";
import { afterEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type Stage, setStage } from "./harness/campaign.ts";
import { quitclaimJson, start } from "./harness/command.ts";

const SANDBOX = { accounts: 2, seed: 81, bucketDefaults: "legacy", fill: { objects: 1_000 }, inventory: ["parquet"] } as const;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe("a run whose bucket is switched, where only a worker that joined it is told", { timeout: 90_000 }, () => {
  it("ends as enforced, with exit code 0", async () => {
    const stage: Stage = await setStage({
      sandbox: SANDBOX,
      config: { limits: { requestsPerSecond: 60, batchRows: 50 }, actions: { default: "acl" } },
    });
    closing.push(() => stage.close());
    // The joined worker meets another endpoint, as if the switch had reached that part of S3 first.
    const switched = await startSandbox(SANDBOX);
    closing.push(() => switched.close());
    switched.faults.set({
      scope: { ops: ["PutObjectAcl"] },
      refusal: { code: "AccessControlListNotSupported", status: 400, probability: 1 },
    });
    const file = parse(await readFile(stage.configFile, "utf8")) as { bucket: { endpoint: string } };
    file.bucket.endpoint = switched.description.endpoint;
    const elsewhere = join(stage.folder, "elsewhere.yaml");
    await writeFile(elsewhere, stringify(file));

    await quitclaimJson(["plan", "--config", stage.configFile], stage.env);
    const running = start(["run", "--workers", "1", "--config", stage.configFile, "--json"], stage.env);
    closing.push(() => running.ended);
    while (!stage.sandbox.writes().some((write) => write.op === "PutObjectAcl")) await sleep(20);
    const joined = start(["work", "--config", elsewhere], stage.env);
    closing.push(() => {
      joined.child.kill("SIGTERM");
      return joined.ended;
    });
    const { code, stdout } = await running.ended;
    expect(JSON.parse(stdout)).toMatchObject({ ended: "enforced" });
    expect(code).toBe(0);
  });
});
