// No object is ever copied twice: whatever answers are lost, and whoever takes the batch up again.
import { accountId, type PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intentPath } from "../src/operations/intent.ts";
import { makeBucket, multiply, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";
import { openFront } from "./stage/front.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 15 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

const current = (bucket: string, key: string) => {
  const found = sandbox.store.bucket(bucket)?.find(key, undefined);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};
const copies = (bucket: string): string[] =>
  sandbox
    .writes()
    .filter((w) => w.bucket === bucket && w.op === "CopyObject")
    .map((w) => w.key ?? "");
const campaignOf = (bucket: string, rows: readonly PlanRow[], more: object = {}) =>
  makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }], ...more });

describe("copying in place", () => {
  const kinds = [
    ["versioned", { versioning: "Enabled" }],
    ["suspended", { versioning: "Suspended" }],
    ["unversioned", {}],
  ] as const;
  it.each(kinds)("copies each object once in a %s bucket, however many answers are lost", async (kind, choice) => {
    const bucket = nameFor(`copy-lost-${kind}`);
    await makeBucket(sandbox, bucket, choice);
    const uploaded = Date.now();
    await upload(sandbox, one, { Bucket: bucket, Key: "k", Metadata: { a: "1" } });
    // Objects are older than their copies by days, as real ones are.
    const rows = aged(bucket, multiply(sandbox, bucket, "k", 60, { op: "copy" }), uploaded - 5 * 86_400_000);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    sandbox.faults.set({ scope: { ops: ["CopyObject"] }, internalError: { before: 0.1, after: 0.2 }, reset: { before: 0.1, after: 0.2 } });
    const campaign = await campaignOf(bucket, rows, { concurrency: 32 });
    try {
      await campaign.work();
      await campaign.finished();
    } finally {
      sandbox.faults.set({});
    }
    const ledger = await campaign.ledger(one.accountId);
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["copied"]));
    expect(ledger.some((r) => r.detail === "recognised")).toBe(true);
    const sent = copies(bucket);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent).toHaveLength(rows.length);
    for (const row of rows) expect(current(bucket, row.key).owner).toBe(owner(sandbox).canonicalId);
    await campaign.close();
  });

  it("copies once where a proxy answers a bare 503 after the copy has taken effect", async () => {
    const bucket = nameFor("copy-proxy");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows = aged(bucket, multiply(sandbox, bucket, "k", 6, { op: "copy" }), Date.now() - 5 * 86_400_000);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const front = await openFront(sandbox);
    const met = new Set<string>();
    front.meddle(({ method, url, headers }, response) => {
      if (method !== "PUT" || headers["x-amz-copy-source"] === undefined || met.has(url ?? "")) return false;
      met.add(url ?? "");
      response.writeHead(503).end();
      return true;
    });
    const campaign = await makeCampaign(sandbox, { bucket, endpoint: front.endpoint, work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await campaign.finished();
    await campaign.close();
    await front.close();
    expect(met.size).toBe(rows.length);
    expect(copies(bucket)).toHaveLength(rows.length);
    expect(new Set(copies(bucket)).size).toBe(rows.length);
  });

  it.each(kinds)("knows its own copies in a %s bucket when nothing but the store is left of an earlier run", async (kind, choice) => {
    const bucket = nameFor(`copy-again-${kind}`);
    await makeBucket(sandbox, bucket, choice);
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows = aged(bucket, multiply(sandbox, bucket, "k", 20, { op: "copy" }), Date.now() - 5 * 86_400_000);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const first = await campaignOf(bucket, rows);
    await first.work();
    await first.finished();
    // The same plan, with the intents that the first run left in its store, and neither its ledger nor its Redis.
    const second = await campaignOf(bucket, rows);
    const ref = {
      account: accountId(one.accountId),
      part: 0,
      rowGroup: 0,
      rows: rows.length,
      op: "copy" as const,
    };
    await second.store.write(intentPath(ref), (await first.store.read(intentPath(ref))) as Uint8Array);
    await first.close();
    await second.work();
    await second.finished();
    const ledger = await second.ledger(one.accountId);
    expect(ledger.map((r) => [r.outcome, r.detail, r.attempts])).toEqual(rows.map(() => ["copied", "recognised", 0]));
    expect(copies(bucket)).toHaveLength(rows.length);
    await second.close();

    // And without the intents, somebody else's newer versions are left alone.
    const third = await campaignOf(bucket, rows);
    await third.work();
    await third.finished();
    expect(new Set((await third.ledger(one.accountId)).map((r) => r.outcome))).toEqual(new Set(["changed"]));
    expect(copies(bucket)).toHaveLength(rows.length);
    await third.close();
  });
});

/** The same objects, uploaded at another time; their plan rows. */
function aged(bucket: string, rows: readonly PlanRow[], at: number): PlanRow[] {
  return rows.map((row) => {
    const version = current(bucket, row.key);
    const found = sandbox.store.bucket(bucket);
    const Version = version.constructor as new (fields: object) => typeof version;
    found?.remove(row.key, version.versionId);
    found?.insert(new Version({ ...version, lastModified: at }));
    return rowOf(sandbox, bucket, row.key, undefined, { op: "copy" });
  });
}
