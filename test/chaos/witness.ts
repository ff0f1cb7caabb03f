// What the sandbox's log of accepted writes says, kept small enough for millions: a fingerprint for each write that matters.
import { hash } from "node:crypto";
import type { WriteRecord } from "@quitclaim/sandbox";

/** 52 bits: among a million writes, two share one with a chance of one in ten thousand. */
export const fingerprint = (...words: readonly (string | null)[]): number =>
  Number.parseInt(hash("md5", words.map((w) => w ?? "").join("\u0000")).slice(0, 13), 16);

/** Operations that make a new object in place of the old one. */
const COPIES: ReadonlySet<string> = new Set(["CopyObject", "CompleteMultipartUpload"]);

export class WriteWitness {
  /** Objects that were copied more than once. */
  readonly copiedTwice: string[] = [];
  /** Accepted writes on objects, by operation. */
  readonly counts: Record<string, number> = {};
  readonly #bucket: string;
  readonly #granted = new Set<number>();
  readonly #copied = new Set<number>();
  readonly #made = new Set<number>();

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  accept({ op, bucket, key, versionId, newVersionId }: WriteRecord): void {
    if (bucket !== this.#bucket || key === undefined) return;
    this.counts[op] = (this.counts[op] ?? 0) + 1;
    if (op === "PutObjectAcl") this.#granted.add(fingerprint(key, versionId ?? null));
    if (!COPIES.has(op)) return;
    const object = fingerprint(key);
    if (this.#copied.has(object)) this.copiedTwice.push(key);
    this.#copied.add(object);
    this.#made.add(fingerprint(key, newVersionId ?? versionId ?? null));
  }

  /** S3 accepted an ACL for this version. */
  granted(key: string, versionId: string | null): boolean {
    return this.#granted.has(fingerprint(key, versionId));
  }

  /** S3 made this version by a copy. */
  made(key: string, versionId: string | null): boolean {
    return this.#made.has(fingerprint(key, versionId));
  }
}
