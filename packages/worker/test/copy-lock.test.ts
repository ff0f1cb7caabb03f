// Object Lock through a copy, in one piece and in parts (as if 64 KiB were 5 GB), by roles that may not see it: an object is never unlocked.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyInPlace } from "../src/operations/copy.ts";
import type { CopyTask } from "../src/operations/copy-task.ts";
import type { Verdict } from "../src/operations/outcome.ts";
import { makeBucket, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { denying } from "./stage/policy.ts";
import { openBench } from "./stage/task.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 42, bucketDefaults: "legacy" });
  one = sandbox.accounts[1] as AccountSpec;
  folder = await mkdtemp(join(tmpdir(), "qc-lock-"));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const RETENTION = "s3:GetObjectRetention";
const HOLD = "s3:GetObjectLegalHold";
const CONFIGURATION = "s3:GetBucketObjectLockConfiguration";

describe.each([
  ["in one piece", 5 * 1024 ** 3],
  ["in parts", 65_536],
] as const)("a copy %s", (kind, copyBytesMax) => {
  const current = (bucket: string) => sandbox.store.bucket(bucket)?.find("k", undefined);
  const made = (bucket: string): number =>
    sandbox.writes().filter((w) => w.bucket === bucket && /^(CopyObject|CreateMultipartUpload)$/.test(w.op)).length;
  const locked = (): Partial<PutObjectCommandInput> => ({
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: new Date(Date.now() + 3 * 86_400_000),
    ObjectLockLegalHoldStatus: "ON",
  });

  async function uploaded(what: string, input: Partial<PutObjectCommandInput>, lock = true): Promise<{ bucket: string; row: PlanRow }> {
    const bucket = nameFor(`${what}-${kind.replaceAll(" ", "-")}`);
    await makeBucket(sandbox, bucket, { versioning: "Enabled", lock });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    await upload(sandbox, one, { ...input, Bucket: bucket, Key: "k", Body: Buffer.alloc(70_000, bucket) });
    // Whatever has more than 5 GB was uploaded in parts.
    if (kind === "in parts") Object.assign(current(bucket) ?? {}, { etag: `${current(bucket)?.etag}-2` });
    return { bucket, row: rowOf(sandbox, bucket, "k", undefined, { op: "copy" }) };
  }

  async function copy(bucket: string, row: PlanRow, more: Partial<CopyTask> = {}): Promise<Verdict> {
    const bench = await openBench(sandbox, bucket, one, folder);
    try {
      return await copyInPlace(bench.task(row, { copyBytesMax, ...more }));
    } finally {
      await bench.close();
    }
  }

  it.each([RETENTION, HOLD])(
    "is not begun where nobody has %s, in a bucket with Object Lock, whether the object is locked or not",
    async (permission) => {
      for (const input of [locked(), {}]) {
        const { bucket, row } = await uploaded("unseen", input);
        const verdict = await denying(sandbox, bucket, [owner(sandbox), one], [permission], () => copy(bucket, row));
        expect(verdict).toMatchObject({
          kind: "done",
          finding: { outcome: "failed", code: "LockUnknown", detail: expect.stringContaining(permission) },
        });
        expect([made(bucket), current(bucket)?.versionId]).toEqual([0, row.versionId]);
      }
    },
  );

  it("keeps a lock that only the bucket owner may see", async () => {
    const { bucket, row } = await uploaded("owner-sees", locked());
    const before = current(bucket)?.lock;
    const verdict = await denying(sandbox, bucket, [one], [RETENTION, HOLD], () => copy(bucket, row));
    expect(verdict).toMatchObject({ finding: { outcome: "copied" } });
    expect(current(bucket)?.versionId).not.toBe(row.versionId);
    expect(current(bucket)?.lock).toEqual(before);
  });

  it("is not called different where the bucket owner may not see its lock: allowed to, it is known again and done", async () => {
    const { bucket, row } = await uploaded("copy-unseen", locked());
    const first = await denying(sandbox, bucket, [owner(sandbox)], [RETENTION], () => copy(bucket, row));
    expect(first).toMatchObject({
      finding: { outcome: "failed", code: "LockUnknown", detail: expect.stringMatching(/GetObjectRetention to the bucket owner's role/) },
    });
    expect(current(bucket)?.lock?.mode).toBe("COMPLIANCE");
    const second = await copy(bucket, row, { intent: { at: Date.now() - 1_000, earlier: true } });
    expect(second).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect(made(bucket)).toBe(1);
  });

  it("asks each object where the bucket owner may not ask whether the bucket has Object Lock, and names that permission too", async () => {
    const closed = await uploaded("both-unseen", locked());
    const both = [CONFIGURATION, RETENTION, HOLD];
    const verdict = await denying(sandbox, closed.bucket, [owner(sandbox), one], both, () => copy(closed.bucket, closed.row));
    expect(verdict).toMatchObject({ finding: { code: "LockUnknown", detail: expect.stringContaining(CONFIGURATION) } });
    const open = await uploaded("bucket-unseen", {}, false);
    const copied = await denying(sandbox, open.bucket, [owner(sandbox)], [CONFIGURATION], () => copy(open.bucket, open.row));
    expect(copied).toMatchObject({ finding: { outcome: "copied", detail: "" } });
  });

  it("asks nothing about locks where the bucket has no Object Lock", async () => {
    const { bucket, row } = await uploaded("no-lock", {}, false);
    const verdict = await denying(sandbox, bucket, [owner(sandbox), one], [RETENTION, HOLD], () => copy(bucket, row));
    expect(verdict).toMatchObject({ finding: { outcome: "copied", detail: "" } });
  });
});
