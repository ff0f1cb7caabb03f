// A worker that was stopped between its last note and the ledger of its retry wakes up to a batch that another holds: it writes nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { accountId, type BatchRef, ledgerPath, readRetryClaim } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FENCE_CONFIRMED_MS_MAX } from "../src/limits.ts";
import { makeBucket, nameFor, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 30 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

it("asks for its fence right before it replaces a ledger, and leaves it alone where another took the batch", {
  timeout: 30_000,
}, async () => {
  const bucket = nameFor("retry-fence");
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  await setMode(sandbox, bucket, "BucketOwnerPreferred");
  const row = { ...rowOf(sandbox, bucket, "k", undefined, { op: "copy" }), isLatest: false };
  const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows: [row] }] });
  const { store, checkpoints, events } = campaign;
  await campaign.work();
  await campaign.finished();

  const ref: BatchRef = { account: accountId(one.accountId), part: 0, rowGroup: 0, rows: 1, op: "copy" };
  const claim = checkpoints.claim.bind(checkpoints);
  const size = store.size.bind(store);
  const write = store.write.bind(store);
  const happened: string[] = [];
  let claims = 0;
  checkpoints.claim = (...args) => {
    claims += 1;
    return claim(...args);
  };
  // The footer is looked at between the last note and the write: there the worker stands still, for longer than a fence is good for.
  let stoodStill = false;
  store.size = async (path) => {
    if (path === ledgerPath(ref) && claims === 1 && !stoodStill) {
      stoodStill = true;
      await claim(ref, "another/token", "another/1", await readRetryClaim(store, ref));
      await sleep(FENCE_CONFIRMED_MS_MAX + 200);
      happened.push("woke up");
    }
    return size(path);
  };
  store.write = async (path, bytes) => {
    if (path === ledgerPath(ref)) happened.push(`ledger written, lost before: ${events.some((e) => e.kind === "batch-lost")}`);
    return write(path, bytes);
  };
  expect(await campaign.retry({ code: "NotCurrent" })).toBe(1);
  await expect.poll(() => events.filter((e) => e.kind === "batch-finished").length, { timeout: 20_000 }).toBe(2);
  // The job was tried again, under a fence of its own.
  expect(happened).toEqual(["woke up", "ledger written, lost before: true"]);
  expect(claims).toBe(2);
  expect((await campaign.ledger(one.accountId)).map((r) => r.code)).toEqual(["NotCurrent"]);
  await campaign.close();
});
