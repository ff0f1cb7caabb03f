/**
 * Contents the filled objects share: sizes from nothing to gigabytes, all virtual, each with its true ETag. A pool, because a
 * million hashes would take longer than the rest of the fill.
 */
import { createHash } from "node:crypto";
import { checksumOfContent } from "../checksum/checksum.ts";
import { type Content, md5Of, virtualContent } from "../store/content.ts";
import type { Checksum, ChecksumAlgorithm, ObjectPart } from "../store/object.ts";
import { type Dice, Table } from "./dice.ts";

export interface FilledContent {
  readonly content: Content;
  readonly etag: string;
  /** ETag of the same content under KMS, which is no MD5 of the data. */
  readonly kmsEtag: string;
  readonly parts?: readonly ObjectPart[];
}

const distinctMax = 1_024;
const partBytes = 16 * 1024 * 1024;
const hugePartBytes = 64 * 1024 * 1024;
/** The first is just over what CopyObject takes in one go. */
const hugeSizes = [5_500_000_000, 5_370_000_000, 12_000_000_000, 48_300_000_000] as const;

const sizes = new Table<readonly [number, number]>([
  [0.01, [0, 0]],
  [0.6, [1, 4_000]],
  [0.3, [4_000, 65_536]],
  [0.06, [65_536, 400_000]],
  [0.03, [1_100_000, 90_000_000]],
]);

/** Contents for `objects` objects. */
export function contentPool(dice: Dice, seed: number, objects: number): readonly FilledContent[] {
  return Array.from({ length: Math.min(distinctMax, Math.max(8, objects)) }, (_, index) => {
    const [low, high] = sizes.draw(dice);
    return filled(dice.between(low, high), `fill:${seed}:${index}`);
  });
}

/** Contents too large for CopyObject. */
export function hugeContents(seed: number): readonly [FilledContent, ...FilledContent[]] {
  const [first, ...others] = hugeSizes;
  return [
    filled(first, `fill:${seed}:huge`, hugePartBytes),
    ...others.map((size) => filled(size, `fill:${seed}:huge-${size}`, hugePartBytes)),
  ];
}

/** Checksums that uploaders sent along, each computed once; undefined where that would mean making a large content. */
export class Checksums {
  readonly #made = new Map<string, Checksum | undefined>();

  of(algorithm: ChecksumAlgorithm, { content, etag }: FilledContent): Checksum | undefined {
    const name = `${algorithm}:${etag}`;
    if (!this.#made.has(name)) this.#made.set(name, checksumOfContent(algorithm, content));
    return this.#made.get(name);
  }
}

function filled(size: number, name: string, part = partBytes): FilledContent {
  const content = virtualContent(size, name);
  const md5 = md5Of(content);
  const kmsEtag = createHash("md5").update(`kms:${md5}`).digest("hex");
  if (size <= partBytes) return { content, etag: md5, kmsEtag };
  const parts = Array.from({ length: Math.ceil(size / part) }, (_, index) => ({
    number: index + 1,
    size: Math.min(part, size - index * part),
  }));
  return { content, etag: `${md5}-${parts.length}`, kmsEtag: `${kmsEtag}-${parts.length}`, parts };
}
