// Copies, in one piece and in parts (as if 64 KiB were 5 GB), that S3 refuses because the object is not what was planned any more: never
// sent over it blindly, and changed or vanished in the ledger.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { copyInPlace } from "../src/operations/copy.ts";
import type { Verdict } from "../src/operations/outcome.ts";
import { clientOf, makeBucket, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { openBench } from "./stage/task.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 34, bucketDefaults: "legacy" });
  one = sandbox.accounts[1] as AccountSpec;
  folder = await mkdtemp(join(tmpdir(), "qc-refused-"));
});
afterEach(() => sandbox.faults.set({}));
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  ["in one piece", 5 * 1024 ** 3, "CopyObject"],
  ["in parts", 65_536, "CompleteMultipartUpload"],
] as const)("a copy %s", (kind, copyBytesMax, op) => {
  const bucket = nameFor(kind.replaceAll(" ", "-"));
  beforeAll(async () => {
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
  });

  /** `meanwhile` happens after the inventory and before the copy. */
  async function copied(key: string, meanwhile: () => Promise<unknown>): Promise<Verdict> {
    await upload(sandbox, one, { Bucket: bucket, Key: key, Body: Buffer.alloc(70_000, key) });
    const row = rowOf(sandbox, bucket, key, undefined, { op: "copy" });
    await meanwhile();
    const bench = await openBench(sandbox, bucket, one, folder);
    const verdict = await copyInPlace(bench.task(row, { copyBytesMax, pause: async () => undefined }));
    await bench.close();
    return verdict;
  }
  const sent = (key: string): number =>
    sandbox.writes().filter((w) => w.bucket === bucket && w.key === key && /^(CopyObject|CompleteMultipartUpload)$/.test(w.op)).length;
  const refuse = (code: string, status: number) => async (): Promise<void> =>
    sandbox.faults.set({ scope: { ops: [op] }, refusal: { code, status, probability: 1 } });

  it.each([
    ["412", "PreconditionFailed", 412, "changed"],
    ["409, to the end", "ConditionalRequestConflict", 409, "changed"],
    ["404", "NoSuchKey", 404, "vanished"],
  ])("that is answered %s is %s", async (_, code, status, outcome) => {
    expect(await copied(`${code}`, refuse(code, status))).toMatchObject({ kind: "done", finding: { outcome, code, httpStatus: status } });
    expect(sandbox.store.bucket(bucket)?.find(code, undefined)?.owner).toBe(one.canonicalId);
    const open = [...(sandbox.store.bucket(bucket)?.uploads.values() ?? [])].filter((u) => u.key === code);
    expect(open).toEqual([]);
  });

  it("is never made over a fresh upload, of the same bytes or of others, nor over a delete marker, nor of a noncurrent version", async () => {
    const s3 = clientOf(sandbox, one);
    const same = () => s3.send(new PutObjectCommand({ Bucket: bucket, Key: "same", Body: Buffer.alloc(70_000, "same") }));
    const other = () => s3.send(new PutObjectCommand({ Bucket: bucket, Key: "other", Body: "newer" }));
    expect(await copied("same", same)).toMatchObject({ finding: { outcome: "changed" } });
    expect(await copied("other", other)).toMatchObject({ finding: { outcome: "changed" } });
    const owners = clientOf(sandbox, owner(sandbox));
    const remove = () => owners.send(new DeleteObjectCommand({ Bucket: bucket, Key: "gone" }));
    expect(await copied("gone", remove)).toMatchObject({ finding: { outcome: "vanished" } });
    for (const key of ["same", "other", "gone"]) expect(sent(key)).toBe(0);
    await upload(sandbox, one, { Bucket: bucket, Key: "old", Body: Buffer.alloc(70_000, "old") });
    const row = rowOf(sandbox, bucket, "old", undefined, { op: "copy" });
    const bench = await openBench(sandbox, bucket, one, folder);
    expect(await copyInPlace(bench.task({ ...row, isLatest: false }, { copyBytesMax }))).toMatchObject({ finding: { code: "NotCurrent" } });
    await bench.close();
    expect(sent("old")).toBe(0);
    s3.destroy();
    owners.destroy();
  });
});
