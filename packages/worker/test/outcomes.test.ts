// What becomes of an object for each kind of refusal, through queue, session and ledger at the sandbox: the worker's side of the one table.
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, upload } from "./stage/bucket.ts";
import { makeCampaign, type TestCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 33 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterEach(() => sandbox.faults.set({}));
afterAll(() => sandbox.close());

async function campaignOf(bucket: string, count: number, concurrency = 8): Promise<TestCampaign> {
  await makeBucket(sandbox, bucket);
  await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  const rows = multiply(sandbox, bucket, "k", count);
  return makeCampaign(sandbox, { bucket, concurrency, work: [{ account: one.accountId, rows }] });
}
const scope = (bucket: string) => ({ ops: ["PutObjectAcl"], buckets: [bucket] });
const acls = (): number => sandbox.writes().filter((w) => w.op === "PutObjectAcl").length;

describe("a refusal", () => {
  it.each([
    ["gone", { code: "NoSuchVersion", status: 404 }, "vanished", "NoSuchVersion"],
    ["precondition", { code: "PreconditionFailed", status: 412 }, "changed", "PreconditionFailed"],
    ["archived", { code: "InvalidObjectState", status: 403 }, "failed", "InvalidObjectState"],
    ["failed", { code: "MalformedACLError", status: 400 }, "failed", "MalformedACLError"],
    ["unknown", { code: "SomethingNew", status: 400, message: "never seen" }, "failed", "SomethingNew"],
  ] as const)("that is %s becomes the object's outcome at once, with S3's code", async (kind, refusal, outcome, code) => {
    const campaign = await campaignOf(`refused-${kind}`, 3);
    sandbox.faults.set({ scope: scope(`refused-${kind}`), refusal: { ...refusal, probability: 1 } });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => [r.outcome, r.code, r.httpStatus, r.attempts])).toEqual(Array(3).fill([outcome, code, refusal.status, 1]));
    expect(campaign.pauses.size).toBe(0);
    await campaign.close();
  });

  it("in passing is tried five times, then failed with S3's code", async () => {
    const campaign = await campaignOf("refused-transient", 2);
    sandbox.faults.set({ scope: scope("refused-transient"), refusal: { code: "OperationAborted", probability: 1 } });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => [r.outcome, r.code, r.attempts])).toEqual(Array(2).fill(["failed", "OperationAborted", 5]));
    await campaign.close();
  });

  it("for the rate costs no attempt", async () => {
    const campaign = await campaignOf("refused-throttled", 20);
    sandbox.faults.set({ scope: scope("refused-throttled"), refusal: { code: "SlowDown", probability: 0.5 } });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(new Set(ledger.map((r) => `${r.outcome} ${r.attempts}`))).toEqual(new Set(["granted 1"]));
    expect(sandbox.stats().PutObjectAcl?.["503 SlowDown"]).toBeGreaterThan(0);
    await campaign.close();
  });

  it("of a bucket that is switched already stops everything as done", async () => {
    const campaign = await campaignOf("refused-enforced", 20);
    const refusal = { code: "AccessControlListNotSupported", status: 400, probability: 1 };
    sandbox.faults.set({ scope: scope("refused-enforced"), refusal });
    await campaign.work();
    await expect.poll(() => campaign.events.some((e) => e.kind === "enforced"), { timeout: 10_000 }).toBe(true);
    expect((await campaign.snapshot()).failed).toEqual({});
    await campaign.close();
  });
});

describe("sessions that end in mid-batch", () => {
  it("cost no object an attempt, and one AssumeRole each time, however many calls are refused", async () => {
    const campaign = await campaignOf("expiring", 600, 32);
    const from = acls();
    await campaign.work();
    const assumed = (): number => sandbox.stats().AssumeRole?.["200"] ?? 0;
    await expect.poll(acls, { timeout: 10_000 }).toBeGreaterThan(from + 20);
    const before = assumed();
    sandbox.book.expireSessions({});
    await campaign.finished();
    expect(assumed() - before).toBe(1);
    const ledger = await campaign.ledger(one.accountId);
    expect(new Set(ledger.map((r) => `${r.outcome} ${r.attempts}`))).toEqual(new Set(["granted 1"]));
    expect(acls() - from).toBe(600);
    await campaign.close();
  });
});
