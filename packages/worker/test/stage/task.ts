// One object and one operation on it, without queue and batch: the real calls against the sandbox.
import { leanAnnotationCalls, leanMultipartCalls, leanObjectCalls, type ObjectCalls, openSession, openWire } from "@quitclaim/aws";
import { accountId, type CampaignStore, type CanonicalId, openLocalStore, type PlanRow } from "@quitclaim/campaign";
import type { AccountSpec, Sandbox } from "@quitclaim/sandbox";
import { aclRecords } from "../../src/operations/acl-record.ts";
import { annotationRecords } from "../../src/operations/annotation-record.ts";
import { bucketLockReader } from "../../src/operations/bucket-lock.ts";
import type { CopyTask } from "../../src/operations/copy-task.ts";
import { uploadRecords } from "../../src/operations/upload-record.ts";
import { type Calls, type Principal, send, type Turnstile } from "../../src/retry/send.ts";
import { wait } from "../../src/retry/wait.ts";
import { owner } from "./bucket.ts";

export interface Bench {
  task(row: PlanRow, more?: Partial<CopyTask>): CopyTask;
  readonly store: CampaignStore;
  close(): Promise<void>;
}

/** `folder` holds the intents. `overlay` replaces calls of the uploading account, for what the sandbox cannot be brought to answer. */
export async function openBench(
  sandbox: Sandbox,
  bucket: string,
  uploader: AccountSpec,
  folder: string,
  overlay: Partial<Calls> = {},
): Promise<Bench> {
  const store = await openLocalStore(folder);
  const wire = openWire({ region: sandbox.region, endpoint: sandbox.endpoint, forcePathStyle: true }, { connections: 8 });
  const never = new AbortController().signal;
  const turnstile: Turnstile = { signal: never, enter: () => undefined, leave: () => undefined, lastWord: () => undefined };
  const principal = (account: AccountSpec, more: Partial<ObjectCalls> = {}): Principal => {
    const { accessKeyId, secretAccessKey } = account;
    const session = openSession({ kind: "keys", accessKeyId, secretAccessKey }, { region: sandbox.region, endpoint: sandbox.endpoint });
    const signer = { session, expectedBucketOwner: owner(sandbox).accountId };
    const calls = { ...leanObjectCalls(wire, signer), ...leanMultipartCalls(wire, signer), ...leanAnnotationCalls(wire, signer), ...more };
    const greet: Principal["greet"] = (signal) => calls.headObject({ bucket, key: "" }, signal);
    return { account: accountId(account.accountId), session, calls, greet };
  };
  const mine = principal(uploader, overlay);
  const theirs = principal(owner(sandbox));
  const place = { name: bucket, owner: accountId(owner(sandbox).accountId), dialect: "aws" as const };
  const bucketLock = bucketLockReader(theirs.session, wire.target, place);
  const ref = { account: accountId(uploader.accountId), part: 0, rowGroup: 0, rows: 1, op: "copy" as const };
  return {
    store,
    task: (row, more = {}) => ({
      bucket,
      bucketOwner: owner(sandbox).canonicalId as CanonicalId,
      bucketOwnerAccount: owner(sandbox).accountId,
      dialect: "aws",
      reportCreated: Date.now() + 60_000,
      dropsOthers: false,
      publicAccess: { read: async () => ({ kind: "known", blocks: false, hides: false }) },
      row,
      uploader: (call, repeat) => send(mine, turnstile, call, repeat),
      owner: (call, repeat) => send(theirs, turnstile, call, repeat),
      intent: { at: Date.now(), earlier: false },
      uploads: uploadRecords(store, ref),
      annotations: annotationRecords(store, ref),
      acls: aclRecords(store, ref),
      bucketLock,
      encryptionContext: [{ prefix: "", context: {} }],
      copyBytesMax: 5 * 1024 ** 3,
      pause: (ms) => wait(ms, never),
      ...more,
    }),
    close() {
      bucketLock.close();
      return wire.close();
    },
  };
}
