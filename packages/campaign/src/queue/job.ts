// A job is a pointer to a batch, never a payload (stack.md): campaign, batch, and the retry it answers.
import type { BatchRef } from "../batch.ts";
import { accountId } from "../identity.ts";
import { JOB_DATA_BYTES_MAX } from "../limits.ts";
import { OPS } from "../plan/row.ts";

export interface JobData extends BatchRef {
  readonly campaign: string;
  /** The `retry` request that this job answers; absent on a batch's first run. */
  readonly retry?: number;
}

/** What a finished job leaves in Redis: small, because BullMQ puts it into its event stream as well. */
export interface JobResult {
  readonly rows: number;
  readonly failed: number;
}

/** Throws where the pointer has become a payload. */
export function jobData(campaign: string, ref: BatchRef, retry = 0): JobData {
  const data: JobData = {
    campaign,
    account: ref.account,
    part: ref.part,
    rowGroup: ref.rowGroup,
    rows: ref.rows,
    op: ref.op,
    ...(retry === 0 ? {} : { retry }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes >= JOB_DATA_BYTES_MAX) throw new Error(`job data of ${bytes} bytes; a job is a pointer of under ${JOB_DATA_BYTES_MAX}`);
  return data;
}

/** Checks what came out of Redis. Throws on data that jobData did not write. */
export function parseJob(data: unknown): { campaign: string; ref: BatchRef; retry: number } {
  const d = data as Partial<Record<keyof JobData, unknown>> | null;
  const op = OPS.find((o) => o === d?.op);
  if (
    typeof d?.campaign !== "string" ||
    typeof d.account !== "string" ||
    typeof d.part !== "number" ||
    typeof d.rowGroup !== "number" ||
    typeof d.rows !== "number" ||
    op === undefined
  )
    throw new Error(`this job was not made by quitclaim: ${JSON.stringify(data).slice(0, 200)}`);
  return {
    campaign: d.campaign,
    ref: { account: accountId(d.account), part: d.part, rowGroup: d.rowGroup, rows: d.rows, op },
    retry: typeof d.retry === "number" ? d.retry : 0,
  };
}
