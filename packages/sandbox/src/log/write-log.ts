/**
 * The log of every write the sandbox accepted: what tests count to know what was really sent. A refused request never
 * appears; a write whose answer was spoilt by a fault afterwards does, because it took effect.
 */

/** One accepted write. */
export interface WriteRecord {
  /** Running number from 1, without gaps. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** S3's own operation name: PutObjectAcl, CopyObject, CompleteMultipartUpload, PutBucketOwnershipControls … */
  readonly op: string;
  readonly bucket: string;
  readonly key?: string;
  /** Version the request addressed, as sent; absent when it addressed the current one. */
  readonly versionId?: string;
  /** Version the write made, `"null"` in an unversioned bucket; absent when it made none. */
  readonly newVersionId?: string;
  /** Account of the principal; absent for an anonymous write. */
  readonly accountId?: string;
  readonly arn?: string;
  readonly status: number;
  /** What distinguishes the write: canned ACL, ownership mode, copy source … */
  readonly detail?: string;
}

export type NewWrite = Omit<WriteRecord, "seq" | "at">;

/** Records kept; at about 250 bytes each this bounds the log at half a gigabyte in a soak. */
const recordsMax = 2_000_000;

export class WriteLog {
  #records: WriteRecord[] = [];
  #next = 1;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Records an accepted write and returns its number. */
  append(write: NewWrite): number {
    const seq = this.#next++;
    this.#records.push({ seq, at: this.#now(), ...write });
    if (this.#records.length > recordsMax) this.#records = this.#records.slice(recordsMax / 10);
    return seq;
  }

  /** Records with a number above `since`, oldest first. */
  since(since = 0): readonly WriteRecord[] {
    const first = this.#records[0]?.seq ?? this.#next;
    return since < first ? this.#records.slice() : this.#records.slice(since - first + 1);
  }

  /** Number of the last record; 0 before the first. */
  get last(): number {
    return this.#next - 1;
  }
}
