/**
 * Contents the filled objects share: sizes from nothing to gigabytes, all virtual, each with its true ETag. A pool, because a
 * million hashes would take longer than the rest of the fill.
 */
import { createHash } from "node:crypto";
import { type Content, md5Of, virtualContent } from "../store/content.ts";
import type { ObjectPart } from "../store/object.ts";
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
/** Just over what CopyObject takes in one go. */
export const hugeBytes = 5_500_000_000;

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

/** One object too large for CopyObject. */
export function hugeContent(seed: number): FilledContent {
  return filled(hugeBytes, `fill:${seed}:huge`, 64 * 1024 * 1024);
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
