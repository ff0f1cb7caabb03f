// A campaign store in S3 that fails for a while: it says so in its own words, and the night's work goes on when it is back.
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { openS3Blobs } from "@quitclaim/aws";
import { explainRedisError, openLocalStore } from "@quitclaim/campaign";
import { afterEach, describe, expect, it } from "vitest";
import { StorePatience } from "../packages/cli/src/engine/patience.ts";
import { s3Store } from "../packages/cli/src/s3-store.ts";
import { mountSmallDisk } from "./chaos/disk.ts";
import { type Stage, setStage } from "./harness/campaign.ts";
import { quitclaimJson, start } from "./harness/command.ts";

let stage: Stage | undefined;
const started: ReturnType<typeof start>[] = [];
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null) child.kill("SIGKILL");
    await ended;
  }
  await stage?.close();
  stage = undefined;
});

const clientOf = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: "eu-west-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "x", secretAccessKey: "y" },
  });

/** Nothing listens on it. */
const NOBODY = "http://127.0.0.1:1";

describe("a store below an s3:// prefix", () => {
  it("fails with a StoreError that may pass where the network is away, and is not taken for Redis", async () => {
    const client = clientOf(NOBODY);
    try {
      const store = s3Store(openS3Blobs(client, "s3://campaigns/lake"));
      const listed = async (): Promise<void> => {
        for await (const path of store.list("control/")) throw new Error(`there is no ${path}`);
      };
      const calls: readonly (() => Promise<unknown>)[] = [
        () => store.read("check.json"),
        () => store.readRange("check.json", 0, 2),
        () => store.size("check.json"),
        () => store.write("check.json", new Uint8Array(1)),
        () => store.create("check.json", new Uint8Array(1)),
        () => store.remove("check.json"),
        listed,
      ];
      for (const call of calls) {
        const error = await call().then(
          () => undefined,
          (problem: unknown) => problem,
        );
        expect(error).toMatchObject({ name: "StoreError", passing: true, message: expect.stringContaining("s3://campaigns/lake/") });
        expect(explainRedisError(error, { describe: () => "the campaign's Redis" })).toBe(error);
      }
    } finally {
      client.destroy();
    }
  });

  it("fails with one that does not pass by itself where it is refused", async () => {
    stage = await setStage({ sandbox: { accounts: 2, seed: 5, fill: { objects: 20 }, inventory: ["parquet"] } });
    const client = clientOf(stage.sandbox.description.endpoint);
    try {
      const read = s3Store(openS3Blobs(client, "s3://campaigns/lake")).read("check.json");
      await expect(read).rejects.toMatchObject({ name: "StoreError", passing: false });
    } finally {
      client.destroy();
    }
  });
});

describe("a store in a folder whose disk is full", () => {
  it("fails with a StoreError that may pass", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "qc-full-"));
    const disk = mountSmallDisk(join(folder, "campaign"));
    try {
      if (disk === undefined) {
        console.warn("SKIPPED: a store on a full disk, because only root can mount a small one");
        context.skip();
        return;
      }
      const store = await openLocalStore(join(folder, "campaign"));
      disk.fill();
      const written = (): Promise<void> => store.write("results/one.parquet", new Uint8Array(1 << 20));
      await expect(written()).rejects.toMatchObject({ name: "StoreError", passing: true, message: expect.stringContaining("ENOSPC") });
      disk.free();
      await written();
    } finally {
      disk?.remove();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("an engine's patience with its store", () => {
  it("bears what may pass for longer than what was refused, and begins anew when the store has answered", async () => {
    const patience = new StorePatience({ passingMs: 60_000, refusedMs: 20 });
    const trouble = (passing: boolean) => Object.assign(new Error("away"), { passing });
    expect(patience.failed(trouble(false))).toBe("first");
    expect(patience.failed(trouble(true))).toBe("again");
    await sleep(40);
    expect(patience.failed(trouble(true))).toBe("again");
    expect(patience.failed(trouble(false))).toBe("over");
    patience.answered();
    expect(patience.failed(trouble(false))).toBe("first");
  });
});

describe("a campaign whose store in S3 refuses everything for some seconds", { timeout: 90_000 }, () => {
  it("goes on to its end, and so does a worker that joined it", async () => {
    stage = await setStage({
      sandbox: { accounts: 2, seed: 71, bucketDefaults: "legacy", fill: { objects: 600 }, inventory: ["parquet"] },
      config: { limits: { requestsPerSecond: 60, batchRows: 50 }, actions: { default: "acl" }, store: "s3://campaigns/lake" },
    });
    const { sandbox } = stage;
    const state = join(stage.folder, "state");
    const env: NodeJS.ProcessEnv = { ...stage.env, XDG_STATE_HOME: state };
    const owner = new S3Client({
      endpoint: sandbox.description.endpoint,
      region: sandbox.description.region,
      forcePathStyle: true,
      credentials: { accessKeyId: env.TEST_OWNER_KEY as string, secretAccessKey: env.TEST_OWNER_SECRET as string },
    });
    try {
      await owner.send(new CreateBucketCommand({ Bucket: "campaigns" }));
    } finally {
      owner.destroy();
    }
    const config = ["--config", stage.configFile];
    await quitclaimJson(["plan", ...config], env);
    const running = start(["run", "--workers", "1", ...config, "--json"], env);
    started.push(running);
    while (!sandbox.writes().some((write) => write.op === "PutObjectAcl")) await sleep(20);
    const joined = start(["work", ...config, "--json"], env);
    started.push(joined);
    let said = "";
    joined.child.stderr?.on("data", (text: string) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 20_000 }).toContain('"kind":"started"');
    sandbox.faults.set({ scope: { buckets: ["campaigns"] }, refusal: { code: "AccessDenied", status: 403, probability: 1 } });
    await expect.poll(() => logIn(state), { timeout: 20_000 }).toContain("waits for the store");
    await sleep(3_000);
    sandbox.faults.set({});
    const [engine, worker] = await Promise.all([running.ended, joined.ended]);
    expect(engine).toMatchObject({ code: 0 });
    expect(JSON.parse(engine.stdout)).toMatchObject({ ended: "finished", remaining: 0, failed: {} });
    expect(worker.code).toBe(0);
    expect(worker.stderr).not.toMatch(/this is a bug|Unhandled|\n\s+at /);
  });
});

function logIn(state: string): string {
  const path = readdirSync(state, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("run.log"));
  return path === undefined ? "" : readFileSync(join(state, path), "utf8");
}
