// From a batch's op to the function that its rows go through, with everything that has to hold before the first of them is sent.
import { SessionError } from "@quitclaim/aws";
import { type BatchRef, type CampaignStore, COPY_OBJECT_BYTES_MAX, type PlanRow, StoreError } from "@quitclaim/campaign";
import type { Operate, PrepareOperation } from "./batch.ts";
import { BucketEnforced, PauseAccount, TryLater } from "./halt.ts";
import { grantAccess } from "./operations/acl.ts";
import { aclRecords } from "./operations/acl-record.ts";
import { annotationRecords } from "./operations/annotation-record.ts";
import type { BucketLockReader } from "./operations/bucket-lock.ts";
import { copyInPlace } from "./operations/copy.ts";
import { type CopyTask, isLarge, settleMs } from "./operations/copy-task.ts";
import { declareIntent } from "./operations/intent.ts";
import type { Verdict } from "./operations/outcome.ts";
import type { OwnershipModeReader } from "./operations/ownership-mode.ts";
import { reencrypt } from "./operations/reencrypt.ts";
import type { Surroundings, Task } from "./operations/task.ts";
import { abandonUpload } from "./operations/upload-end.ts";
import { uploadRecords } from "./operations/upload-record.ts";
import { type Principal, send, type Turnstile } from "./retry/send.ts";
import { wait } from "./retry/wait.ts";
import { Stopped } from "./stopped.ts";

export interface Actors {
  readonly surroundings: Surroundings;
  readonly uploader: Principal;
  readonly owner: Principal;
  /** Proves that the uploader's session is the account it is configured as; cheap after the first time. Throws PauseAccount, SessionError. */
  readonly proven: () => Promise<void>;
  readonly ownershipMode: Pick<OwnershipModeReader, "read">;
  readonly bucketLock: Pick<BucketLockReader, "read">;
  readonly store: CampaignStore;
  /** An object that S3 does not re-encrypt is copied instead. */
  readonly reencryptByCopy: boolean;
  readonly worker: string;
}

export function preparer(actors: Actors): PrepareOperation {
  return async (ref, rows, turnstile) => {
    await actors.proven();
    const task = taskMaker(actors, turnstile);
    // A grant on an enforced bucket may be answered with yes and change nothing (domain.md 2.2): it must not count as granted.
    if (ref.op !== "copy" && actors.surroundings.dialect === "aws" && (await actors.ownershipMode.read()) === "BucketOwnerEnforced")
      throw new BucketEnforced();
    switch (ref.op) {
      case "acl":
        return (row) => grantAccess(task(row));
      case "reencrypt": {
        if (!actors.reencryptByCopy) return (row) => reencrypt(task(row), undefined);
        // The intent and the fence that a copy needs are looked after only once a copy is needed.
        let copy: Promise<Operate> | undefined;
        const copyRow = async (row: PlanRow): Promise<Verdict> => {
          copy ??= prepareCopy(actors, ref, rows, turnstile, (one) => ({ ...task(one), rekey: true }));
          return (await copy)(row);
        };
        return (row) => reencrypt(task(row), () => copyRow(row));
      }
      case "copy":
        return prepareCopy(actors, ref, rows, turnstile, task);
    }
  };
}

async function prepareCopy(
  actors: Actors,
  ref: BatchRef,
  rows: readonly PlanRow[],
  turnstile: Turnstile,
  task: (row: PlanRow) => Task,
): Promise<Operate> {
  if (actors.surroundings.dialect === "aws") {
    const mode = await actors.ownershipMode.read();
    if (mode !== "BucketOwnerPreferred" && mode !== "BucketOwnerEnforced")
      throw new PauseAccount(
        `The bucket's object ownership is ${MODE_WORDS[mode]}, so a copy made by the uploading account would stay its own. Run \`quitclaim fence\` first, which sets BucketOwnerPreferred, then resume this account.`,
      );
  }
  // Asked before anything is sent, and needed where objects turn out to have versions: a server in trouble stops no copies half way.
  await actors.bucketLock.read();
  const intent = await declareIntent(actors.store, ref, actors.worker);
  // A copy that a dead holder sent may still run at S3: give it the time it can take before the first look. A part that still runs, or a
  // completion, is of an upload that is gone on with, and does no harm.
  const sizes = rows.map((row) => (row.size > COPY_OBJECT_BYTES_MAX ? 0 : row.size));
  if (intent.earlier) await wait(settleMs(Math.max(0, ...sizes)), turnstile.signal);
  const uploads = uploadRecords(actors.store, ref);
  const annotations = annotationRecords(actors.store, ref);
  const pause = (ms: number): Promise<void> => wait(ms, turnstile.signal);
  const acls = aclRecords(actors.store, ref);
  const { bucketLock } = actors;
  const around = { intent, uploads, annotations, acls, bucketLock, copyBytesMax: COPY_OBJECT_BYTES_MAX, pause };
  const copyTask = (one: Task): CopyTask => ({ ...one, ...around });
  return async (row) => {
    const one = copyTask(task(row));
    try {
      return await copyInPlace(one);
    } catch (error) {
      const word = error instanceof Stopped && isLarge(one) ? turnstile.lastWord() : undefined;
      if (word !== undefined) await abandonUpload(copyTask(taskMaker(actors, word)(row))).catch(stillRecorded);
      throw error;
    }
  };
}

/** Could not be aborted in time: the next worker goes on with it. */
function stillRecorded(error: unknown): void {
  if (![Stopped, TryLater, StoreError, SessionError].some((kind) => error instanceof kind)) throw error;
}

const MODE_WORDS = {
  ObjectWriter: "ObjectWriter",
  none: "not set (the same as ObjectWriter)",
  unknown: "not known (the bucket owner lacks s3:GetBucketOwnershipControls)",
} as const;

function taskMaker(actors: Actors, turnstile: Turnstile): (row: PlanRow) => Task {
  const uploader: Task["uploader"] = (call, repeat) => send(actors.uploader, turnstile, call, repeat);
  const owner: Task["owner"] = (call, repeat) => send(actors.owner, turnstile, call, repeat);
  return (row) => ({ ...actors.surroundings, row, uploader, owner });
}
