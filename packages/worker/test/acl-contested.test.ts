// Somebody else writes an object's ACL while ours is merged: PutObjectAcl takes no precondition, so only reading back can tell, and nothing of theirs is lost.
import { PutObjectAclCommand } from "@aws-sdk/client-s3";
import type { ResultRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MERGE_ROUNDS_MAX } from "../src/limits.ts";
import { clientOf, makeBucket, nameFor, owner, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

/** Between our write and our look at what came of it. */
const LOOK_MS = 600;

let sandbox: Sandbox;
let one: AccountSpec;
let partner: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 27, bucketDefaults: "legacy" });
  [, one, partner] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
});
afterAll(() => sandbox.close());

/** One object whose ACL the report does not tell; its owner gives it an ACL of its own right after each of our first `times` writes. */
async function contested(times: number): Promise<{ row: ResultRow | undefined; stored: string[]; ours: number }> {
  const bucket = nameFor("contested");
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  const planned = await upload(sandbox, one, { Bucket: bucket, Key: "k" }, { formerAcl: "unknown" });
  const puts = (): number => sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl").length;
  sandbox.faults.set({ scope: { ops: ["GetObjectAcl"], buckets: [bucket] }, latency: { fixedMs: LOOK_MS } });
  const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows: [planned] }] });
  const s3 = clientOf(sandbox, one);
  try {
    await campaign.work();
    for (let theirs = 0; theirs < times; theirs++) {
      // Ours and theirs so far, and one of ours more.
      await expect.poll(puts, { timeout: 20_000, interval: 5 }).toBe(2 * theirs + 1);
      await s3.send(
        new PutObjectAclCommand({
          Bucket: bucket,
          Key: "k",
          GrantFullControl: `id="${one.canonicalId}"`,
          GrantRead: `id="${partner.canonicalId}"`,
        }),
      );
    }
    await campaign.finished();
    const [row] = await campaign.ledger(one.accountId);
    const stored = (sandbox.store.bucket(bucket)?.find("k", undefined)?.acl ?? []).map((g) =>
      g.grantee.kind === "user" ? `${g.grantee.id} ${g.permission}` : g.grantee.uri,
    );
    return { row, stored, ours: puts() - times };
  } finally {
    sandbox.faults.set({});
    s3.destroy();
    await campaign.close();
  }
}

describe("an ACL that somebody else writes at the same time", () => {
  it("is merged again, so that their grants and the bucket owner's are both there", { timeout: 60_000 }, async () => {
    const { row, stored, ours } = await contested(1);
    expect(row?.outcome).toBe("granted");
    expect(ours).toBe(2);
    expect(stored.sort()).toEqual(
      [`${one.canonicalId} FULL_CONTROL`, `${owner(sandbox).canonicalId} FULL_CONTROL`, `${partner.canonicalId} READ`].sort(),
    );
  });

  it("again and again fails the object with what is missing, and leaves theirs", { timeout: 60_000 }, async () => {
    const { row, stored, ours } = await contested(MERGE_ROUNDS_MAX);
    expect([row?.outcome, row?.code]).toEqual(["failed", "AclNotKept"]);
    expect(row?.detail).toContain(owner(sandbox).canonicalId);
    expect(ours).toBe(MERGE_ROUNDS_MAX);
    expect(stored.sort()).toEqual([`${one.canonicalId} FULL_CONTROL`, `${partner.canonicalId} READ`].sort());
  });
});
