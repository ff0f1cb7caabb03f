// Annotations of objects that are copied in parts (as if 64 KiB were 5 GB), where something comes in between: nobody's are lost.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectAnnotationCommand } from "@aws-sdk/client-s3";
import type { PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyInPlace } from "../src/operations/copy.ts";
import type { CopyTask } from "../src/operations/copy-task.ts";
import type { Verdict } from "../src/operations/outcome.ts";
import type { Calls } from "../src/retry/send.ts";
import { clientOf, makeBucket, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { denying } from "./stage/policy.ts";
import { openBench } from "./stage/task.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 28, bucketDefaults: "legacy" });
  one = sandbox.accounts[1] as AccountSpec;
  folder = await mkdtemp(join(tmpdir(), "qc-annotations-"));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const current = (bucket: string) => sandbox.store.bucket(bucket)?.find("k", undefined);
const namesOf = (bucket: string): string[] => [...(current(bucket)?.annotations?.keys() ?? [])].sort();
const sent = (bucket: string, op: string) => sandbox.writes().filter((w) => w.bucket === bucket && w.op === op);
const left = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((path) => /annotations.*\.json$/.test(path));

async function annotate(bucket: string, name: string): Promise<void> {
  const s3 = clientOf(sandbox, one);
  await s3.send(new PutObjectAnnotationCommand({ Bucket: bucket, Key: "k", AnnotationName: name, AnnotationPayload: `text of ${name}` }));
  s3.destroy();
}

/** A bucket with one object of two annotations, ready to be copied. */
async function annotated(bucket: string, versioning?: "Enabled"): Promise<PlanRow> {
  await makeBucket(sandbox, bucket, versioning === undefined ? {} : { versioning });
  await setMode(sandbox, bucket, "BucketOwnerPreferred");
  await upload(sandbox, one, { Bucket: bucket, Key: "k", Body: Buffer.alloc(70_000, bucket) });
  for (const name of ["a", "b"]) await annotate(bucket, name);
  // Whatever has more than 5 GB was uploaded in parts.
  Object.assign(current(bucket) ?? {}, { etag: `${current(bucket)?.etag}-2` });
  return rowOf(sandbox, bucket, "k", undefined, { op: "copy" });
}

async function copy(bucket: string, row: PlanRow, more: Partial<CopyTask> = {}, overlay: Partial<Calls> = {}): Promise<Verdict> {
  const bench = await openBench(sandbox, bucket, one, folder, overlay);
  const verdict = await copyInPlace(bench.task(row, { copyBytesMax: 65_536, ...more }));
  await bench.close();
  return verdict;
}

describe("annotations of an object that is copied in parts", () => {
  it("outlive a copy that could not be given them, in a bucket without versions: a second holder puts them, and copies nothing", async () => {
    const bucket = nameFor("put-denied");
    const row = await annotated(bucket);
    const first = await denying(sandbox, bucket, [owner(sandbox)], ["s3:PutObjectAnnotation"], () => copy(bucket, row));
    expect(first).toMatchObject({ finding: { outcome: "failed", code: "AnnotationsNotRestored" } });
    expect(first.kind !== "enforced" && first.finding.detail).toMatch(/AccessDenied.*s3:PutObjectAnnotation.*bucket owner's role/s);
    expect([current(bucket)?.owner, namesOf(bucket)]).toEqual([owner(sandbox).canonicalId, []]);
    const second = await copy(bucket, row, { intent: { at: Date.now() - 1_000, earlier: true } });
    expect(second).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect(namesOf(bucket)).toEqual(["a", "b"]);
    expect(current(bucket)?.annotations?.get("a")?.bytes.toString()).toBe("text of a");
    expect(sent(bucket, "CompleteMultipartUpload")).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  it("outlive a copy whose completion was never answered, and whose next holder may not put them: its upload is over, not undone", async () => {
    const bucket = nameFor("lost-end");
    const row = await annotated(bucket);
    sandbox.faults.set({ scope: { ops: ["CompleteMultipartUpload"], buckets: [bucket] }, reset: { after: 1 } });
    const first = await denying(sandbox, bucket, [owner(sandbox)], ["s3:PutObjectAnnotation"], () =>
      copy(bucket, row, { pause: async () => undefined }),
    );
    sandbox.faults.set({});
    expect(first).toMatchObject({ finding: { outcome: "failed", code: "AnnotationsNotRestored" } });
    const second = await copy(bucket, row, { intent: { at: Date.now() - 1_000, earlier: true } });
    expect(second).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    expect(namesOf(bucket)).toEqual(["a", "b"]);
    expect(sent(bucket, "CompleteMultipartUpload")).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  it("keep it from being begun where nobody may list them, with the permission that is missing", async () => {
    const bucket = nameFor("list-denied");
    const row = await annotated(bucket, "Enabled");
    const verdict = await denying(sandbox, bucket, [owner(sandbox), one], ["s3:ListObjectAnnotations"], () => copy(bucket, row));
    expect(verdict).toMatchObject({ finding: { code: "AnnotationsUnknown", detail: expect.stringContaining("s3:ListObjectAnnotations") } });
    expect(sent(bucket, "CreateMultipartUpload")).toEqual([]);
  });

  it("are all there where one more was written while they were read", async () => {
    const bucket = nameFor("written-meanwhile");
    const row = await annotated(bucket);
    let written = false;
    const plain = await openBench(sandbox, bucket, one, folder);
    const verdict = await copy(
      bucket,
      row,
      {},
      {
        async getAnnotation(at, name, signal) {
          if (!written) {
            written = true;
            await annotate(bucket, "c");
          }
          let answer: Awaited<ReturnType<Calls["getAnnotation"]>> | undefined;
          await plain.task(row).uploader(async (calls) => {
            answer = await calls.getAnnotation(at, name, signal);
            return answer;
          });
          return answer as NonNullable<typeof answer>;
        },
      },
    );
    await plain.close();
    expect(verdict).toMatchObject({ finding: { outcome: "copied", detail: "" } });
    expect(namesOf(bucket)).toEqual(["a", "b", "c"]);
    expect(sent(bucket, "CreateMultipartUpload")).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  it("are not kept in the store where the upload came to nothing", async () => {
    const bucket = nameFor("refused-end");
    const row = await annotated(bucket);
    const overlay: Partial<Calls> = {
      completeUpload: async () => ({
        ok: false,
        kind: "precondition",
        code: "PreconditionFailed",
        message: "",
        httpStatus: 412,
        requestId: "r",
        unknownOutcome: false,
      }),
    };
    expect(await copy(bucket, row, {}, overlay)).toMatchObject({ finding: { outcome: "changed" } });
    expect(sent(bucket, "AbortMultipartUpload")).toHaveLength(1);
    expect(await left()).toEqual([]);
    expect(namesOf(bucket)).toEqual(["a", "b"]);
  });
});

describe("annotations of an object that is copied in one piece", () => {
  it("are S3's to carry over: where the account may not, S3 refuses the copy, and nothing is lost", async () => {
    const bucket = nameFor("one-piece");
    const row = await annotated(bucket, "Enabled");
    const verdict = await denying(sandbox, bucket, [one], ["s3:GetObjectAnnotation"], () =>
      copy(bucket, row, { copyBytesMax: 5 * 1024 ** 3 }),
    );
    expect(verdict).toMatchObject({ kind: "denied", finding: { code: "AccessDenied" } });
    expect(current(bucket)?.versionId).toBe(row.versionId);
    expect(namesOf(bucket)).toEqual(["a", "b"]);
  });
});
