// A copy that an earlier holder made and did not finish, taken up by the next: it is known again, and nothing that was still to be done is lost.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CanonicalId, Grant, PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deniedCause } from "../src/denied-cause.ts";
import { copyInPlace } from "../src/operations/copy.ts";
import type { CopyTask } from "../src/operations/copy-task.ts";
import type { Verdict } from "../src/operations/outcome.ts";
import { type BucketChoice, makeBucket, nameFor, owner, type Planned, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";
import { denying } from "./stage/policy.ts";
import { openBench } from "./stage/task.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let partner: AccountSpec;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 41, bucketDefaults: "legacy" });
  [, one, partner] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
  folder = await mkdtemp(join(tmpdir(), "qc-taken-up-"));
});
afterEach(() => sandbox.faults.set({}));
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const grants = (): Grant[] => [
  { id: partner.canonicalId as CanonicalId, permission: "READ" },
  { id: owner(sandbox).canonicalId as CanonicalId, permission: "FULL_CONTROL" },
];
const current = (bucket: string) => sandbox.store.bucket(bucket)?.find("k", undefined);
const partnerReads = (bucket: string): boolean =>
  current(bucket)?.acl.some((g) => g.grantee.kind === "user" && g.grantee.id === partner.canonicalId && g.permission === "READ") === true;
const copies = (bucket: string): number => sandbox.writes().filter((w) => w.bucket === bucket && w.op === "CopyObject").length;

async function copy(bucket: string, row: PlanRow, more: Partial<CopyTask> = {}): Promise<Verdict> {
  const bench = await openBench(sandbox, bucket, one, folder);
  try {
    return await copyInPlace(bench.task(row, more));
  } finally {
    await bench.close();
  }
}

/** One object that the partner may read, uploaded days before; its plan row. */
async function shared(bucket: string, choice: BucketChoice, planned: Planned = { grants: grants() }): Promise<PlanRow> {
  await makeBucket(sandbox, bucket, choice);
  await setMode(sandbox, bucket, "BucketOwnerPreferred");
  const access = { GrantRead: `id=${partner.canonicalId}`, GrantFullControl: `id=${one.canonicalId}` };
  await upload(sandbox, one, { Bucket: bucket, Key: "k", ...access });
  const version = current(bucket);
  if (version !== undefined) Object.assign(version, { lastModified: version.lastModified - 5 * 86_400_000 });
  return rowOf(sandbox, bucket, "k", undefined, { op: "copy", ...planned });
}

/** The copy is made, and its worker dies before the grants are put back. */
async function copiedAndKilled(bucket: string, row: PlanRow): Promise<void> {
  const killed = new Error("killed");
  const bench = await openBench(sandbox, bucket, one, folder);
  const task = bench.task(row);
  const dies = copyInPlace({
    ...task,
    owner: () => {
      throw killed;
    },
  });
  await expect(dies).rejects.toBe(killed);
  await bench.close();
  expect([copies(bucket), partnerReads(bucket)]).toEqual([1, false]);
}

const keptAcls = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".acl.json"));
const later = (): Partial<CopyTask> => ({ intent: { at: Date.now() - 1_000, earlier: true } });

describe("a copy of a holder that died", () => {
  it("is not taken for somebody else's where S3 is in trouble as its owner is asked for: failed, and done by a retry", async () => {
    const bucket = nameFor("owner-500");
    const row = await shared(bucket, { versioning: "Enabled" });
    await copiedAndKilled(bucket, row);
    sandbox.faults.set({ scope: { ops: ["GetObjectAcl"] }, internalError: { before: 1 } });
    expect(await copy(bucket, row, later())).toMatchObject({ kind: "done", finding: { outcome: "failed", code: "InternalError" } });
    sandbox.faults.set({});
    expect(await copy(bucket, row, later())).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect([copies(bucket), partnerReads(bucket)]).toEqual([1, true]);
  });

  it("is not taken for somebody else's where nobody may ask for its owner: denied, and done by a retry", async () => {
    const bucket = nameFor("owner-denied");
    const row = await shared(bucket, { versioning: "Enabled" });
    await copiedAndKilled(bucket, row);
    const first = await denying(sandbox, bucket, [owner(sandbox), one], ["s3:GetObjectAcl"], () => copy(bucket, row, later()));
    expect(first).toMatchObject({ kind: "denied", finding: { outcome: "failed", code: "AccessDenied" } });
    expect(await copy(bucket, row, later())).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect([copies(bucket), partnerReads(bucket)]).toEqual([1, true]);
  });

  it("that neither account may look at is held back as denied, and whose role it may be is told for both", async () => {
    const bucket = nameFor("both-denied");
    const row = await shared(bucket, { versioning: "Enabled" });
    await copiedAndKilled(bucket, row);
    const verdict = await denying(sandbox, bucket, [owner(sandbox), one], ["s3:GetObject"], () => copy(bucket, row, later()));
    expect(verdict).toMatchObject({ kind: "denied", owner: { lacks: expect.stringContaining("s3:GetObject"), sure: false } });
    const owners = verdict.kind === "enforced" ? undefined : verdict.owner;
    const refusal = { code: "AccessDenied", message: "", httpStatus: 403 };
    const cause = deniedCause({ refusal, owner: owners, denials: 100, key: "k", versioned: true, op: "copy", worked: false });
    expect(cause).toMatch(/the role lacks one of s3:GetObjectVersion.*Or the object was copied before: then it is the bucket owner's role/);
  });

  it("is told from the same bytes that the account uploaded anew, whose ACL the bucket owner may not read", async () => {
    const bucket = nameFor("same-bytes");
    const row = await shared(bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    expect(await copy(bucket, row, later())).toMatchObject({ kind: "done", finding: { outcome: "changed" } });
    expect(copies(bucket)).toBe(0);
  });
});

describe.each([
  ["an unversioned bucket", {}],
  ["a bucket with versioning suspended", { versioning: "Suspended" }],
] as const)("the grants of an object in %s, whose ACL the report does not tell,", (what, choice) => {
  const unknown = { formerAcl: "unknown" } as const;
  const name = what.replaceAll(/\W/g, "-").slice(0, 20);

  it("are put on a copy whose worker died before it could", async () => {
    const bucket = nameFor(`${name}-acl`);
    const row = await shared(bucket, choice, unknown);
    await copiedAndKilled(bucket, row);
    expect(await copy(bucket, row, later())).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect([copies(bucket), partnerReads(bucket)]).toEqual([1, true]);
    // Killed again before it was noted: once more, and nothing is lost by it.
    expect(await copy(bucket, row, later())).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect(partnerReads(bucket)).toBe(true);
  });

  it("are told as lost where the store has lost them, not as none", async () => {
    const bucket = nameFor(`${name}-lost`);
    const row = await shared(bucket, choice, unknown);
    await copiedAndKilled(bucket, row);
    for (const path of await keptAcls(folder)) await rm(join(folder, path));
    expect(await copy(bucket, row, later())).toMatchObject({ finding: { outcome: "failed", code: "GrantsUnknown" } });
    const given = await copy(bucket, row, { ...later(), dropsOthers: true });
    expect(given).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
  });

  it("survive answers that are lost, and are not kept longer than their batch", async () => {
    const bucket = nameFor(`${name}-batch`);
    const row = await shared(bucket, choice, unknown);
    sandbox.faults.set({ scope: { ops: ["CopyObject"], buckets: [bucket] }, reset: { after: 1 } });
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows: [row] }] });
    await campaign.work();
    await campaign.finished();
    expect(await campaign.ledger(one.accountId)).toMatchObject([{ outcome: "copied", detail: "recognised" }]);
    expect([copies(bucket), partnerReads(bucket)]).toEqual([1, true]);
    expect(await keptAcls(campaign.folder)).toEqual([]);
    await campaign.close();
  });
});
