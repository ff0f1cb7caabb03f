// A batch as the columns of a row group. Keys, versions, ETags, sizes and times are laid out by the kernel; everything else comes from shapes and goes by dictionary.
import type { EncodedColumn } from "@quitclaim/campaign";
import type { Shape } from "../scan/shape.ts";
import type { MergeKernel } from "./kernel.ts";
import { WordBytes } from "./word-bytes.ts";

/** A lane's rows, still in the kernel's memory. */
export interface Batch {
  readonly kernel: MergeKernel;
  readonly lane: number;
  readonly rows: number;
  /** By the number that the lane's records carry. */
  readonly shapes: readonly Shape[];
}

type Word = (shape: Shape) => string | null;

/** Key, version, latest, size, ETag, time: whether it is worth compressing. Digests and random IDs do not shrink. */
const PLAIN = [true, false, false, false, false, false];

/** In the order of PLAN_COLUMNS, behind the plain ones. */
const PLAN_WORDS: readonly Word[] = [
  (shape) => shape.storageClass,
  (shape) => shape.encryption,
  (shape) => shape.owner,
  (shape) => shape.lane.op,
  (shape) => shape.grants,
  (shape) => shape.formerAcl,
];

/** Held rows have a reason and a detail besides. */
const HELD_WORDS: readonly Word[] = [
  ...PLAN_WORDS,
  (shape) => (shape.lane.kind === "held" ? shape.lane.reason : null),
  (shape) => (shape.lane.kind === "held" ? shape.lane.detail : null),
];

/** In the order of PLAN_COLUMNS. The pages are good until the next call: they lie in memory that is used again and again. */
export const planPages = (batch: Batch): EncodedColumn[] => pages(batch, PLAN_WORDS);

/** The columns that held rows have: the plan's, reason and detail. */
export const heldPages = (batch: Batch): EncodedColumn[] => pages(batch, HELD_WORDS);

const wordBytes = new WordBytes();

function pages({ kernel, lane, rows, shapes }: Batch, words: readonly Word[]): EncodedColumn[] {
  kernel.layOut(lane, words.length);
  wordBytes.clear();
  const columns = PLAIN.map((compress, column) => kernel.plain(column, rows, compress));
  for (const word of words) {
    const { placeOf, distinct } = placesOf(shapes, word);
    columns.push(kernel.words(columns.length, rows, { count: distinct.length, plain: wordBytes.plain(distinct) }, placeOf));
  }
  return columns;
}

/** Distinct words in order of first appearance in the rows, whichever shapes stand for them; -1 where a shape has none. */
function placesOf(shapes: readonly Shape[], word: Word): { placeOf: number[]; distinct: string[] } {
  const distinct: string[] = [];
  const known = new Map<string, number>();
  const placeOf = shapes.map((shape) => {
    const text = word(shape);
    if (text === null) return -1;
    let place = known.get(text);
    if (place === undefined) {
      place = distinct.push(text) - 1;
      known.set(text, place);
    }
    return place;
  });
  return { placeOf, distinct };
}
