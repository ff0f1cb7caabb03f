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
const randomDigits = 24;

export class Store {
  readonly intern = new Intern();
  /** Account-level Block Public Access (S3 Control), by account id. */
  readonly accountBlocks = new Map<string, PublicAccessBlock>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #random = Buffer.alloc(randomDigits * 512);
  readonly #id = Buffer.alloc(sequenceDigits + randomDigits);
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

  /** 32 characters; later ids have a later `sequenceOf`. `tail`: the 24 characters after the sequence, random by default. */
  newVersionId(tail?: string): VersionId {
    let sequence = this.#sequence++;
    for (let i = sequenceDigits - 1; i >= 0; i--) {
      this.#id[i] = digits.charCodeAt(sequence & 63);
      sequence = Math.floor(sequence / 64);
    }
    if (tail === undefined) this.#randomInto(this.#id, sequenceDigits);
    else this.#id.write(tail, sequenceDigits, "latin1");
    // Out of bytes, so that it is one flat string: put together from characters it would be a tree, for as long as it lives.
    return this.#id.toString("latin1");
  }

  /** What a version written to this bucket now is called: a new id, or `null` while versioning is not enabled. */
  versionIdFor(bucket: Bucket): VersionId {
    return bucket.versioning === "Enabled" ? this.newVersionId() : "null";
  }

  newUploadId(): string {
    const id = Buffer.alloc(3 * randomDigits);
    for (let at = 0; at < id.length; at += randomDigits) this.#randomInto(id, at);
    return id.toString("latin1");
  }

  #randomInto(target: Buffer, at: number): void {
    if (this.#randomAt === this.#random.length) {
      randomFillSync(this.#random);
      this.#randomAt = 0;
    }
    for (let i = 0; i < randomDigits; i++) target[at + i] = digits.charCodeAt((this.#random[this.#randomAt + i] as number) & 63);
    this.#randomAt += randomDigits;
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
