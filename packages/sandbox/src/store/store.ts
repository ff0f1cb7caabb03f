/**
 * All buckets, the pools their objects share, and the ids of versions and uploads. `fill/` may put buckets and versions here
 * directly; everything over HTTP goes through the operations in s3/.
 */
import { randomFillSync } from "node:crypto";
import { Bucket, type BucketFields, type PublicAccessBlock } from "./bucket.ts";
import { Intern } from "./intern.ts";
import type { VersionId } from "./object.ts";

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz.";
const sequenceDigits = 8;

export class Store {
  readonly intern = new Intern();
  /** Account-level Block Public Access (S3 Control), by account id. */
  readonly accountBlocks = new Map<string, PublicAccessBlock>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #random = Buffer.alloc(24 * 512);
  #randomAt = this.#random.length;
  #sequence = 0;

  /** Adds a bucket; the name must be free. */
  createBucket(fields: BucketFields): Bucket {
    if (this.#buckets.has(fields.name)) throw new Error(`Bucket ${fields.name} exists already.`);
    const bucket = new Bucket(fields);
    this.#buckets.set(fields.name, bucket);
    return bucket;
  }

  bucket(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** In order of name, as ListBuckets shows them. */
  buckets(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  deleteBucket(name: string): void {
    this.#buckets.delete(name);
  }

  /** 32 characters; later ids have a later `sequenceOf`. */
  newVersionId(): VersionId {
    let sequence = this.#sequence++;
    let prefix = "";
    for (let i = 0; i < sequenceDigits; i++) {
      prefix = digits[sequence & 63] + prefix;
      sequence = Math.floor(sequence / 64);
    }
    return prefix + this.#randomText();
  }

  /** What a version written to this bucket now is called: a new id, or `null` while versioning is not enabled. */
  versionIdFor(bucket: Bucket): VersionId {
    return bucket.versioning === "Enabled" ? this.newVersionId() : "null";
  }

  newUploadId(): string {
    return this.#randomText() + this.#randomText() + this.#randomText();
  }

  #randomText(): string {
    if (this.#randomAt === this.#random.length) {
      randomFillSync(this.#random);
      this.#randomAt = 0;
    }
    let text = "";
    for (let i = 0; i < 24; i++) text += digits[(this.#random[this.#randomAt + i] as number) & 63];
    this.#randomAt += 24;
    return text;
  }
}

/** Order of creation of a version id made by a store; undefined for `null` and for foreign ids. */
export function sequenceOf(versionId: VersionId): number | undefined {
  if (versionId.length !== 32) return undefined;
  let sequence = 0;
  for (let i = 0; i < sequenceDigits; i++) {
    const digit = digits.indexOf(versionId[i] as string);
    if (digit < 0) return undefined;
    sequence = sequence * 64 + digit;
  }
  return sequence;
}
