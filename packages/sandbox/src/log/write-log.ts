/**
 * The log of every write the sandbox accepted: what tests count to know what was really sent. A refused request never
 * appears; a write whose answer was spoilt by a fault afterwards does, because it took effect.
 */
import type { WriteEntry, WriteLog as WriteLogHook } from "../http/hooks.ts";

/** One accepted write. `seq` runs from 1 without gaps; `at` is in epoch milliseconds. */
export type WriteRecord = WriteEntry & { readonly seq: number; readonly at: number };

/** Records kept; at about 300 bytes each this bounds the log at some 600 MB in a soak. The oldest go first. */
const recordsMax = 2_000_000;

export class WriteLog implements WriteLogHook {
  #records: WriteRecord[] = [];
  #next = 1;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  record(entry: WriteEntry): void {
    // Spelled out: a spread after other members copies one by one, and this runs with every write.
    this.#records.push({
      seq: this.#next++,
      at: this.#now(),
      op: entry.op,
      bucket: entry.bucket,
      key: entry.key,
      versionId: entry.versionId,
      newVersionId: entry.newVersionId,
      accountId: entry.accountId,
      arn: entry.arn,
      status: entry.status,
      requestId: entry.requestId,
      detail: entry.detail,
    });
    if (this.#records.length > recordsMax) this.#records = this.#records.slice(recordsMax / 10);
  }

  /** Records with a number above `since`, oldest first. */
  since(since = 0): readonly WriteRecord[] {
    const first = this.#records[0]?.seq ?? this.#next;
    return this.#records.slice(Math.max(0, since - first + 1));
  }

  /** Number of the last record; 0 before the first. */
  get last(): number {
    return this.#next - 1;
  }
}
