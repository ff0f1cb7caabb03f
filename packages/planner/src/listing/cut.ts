// Where to cut what is left of a range in two. Any key strictly inside keeps the listing complete; a good one has keys on both sides.
//
// Keys beyond `after` part from it at some depth: they share so many code points with it and then have a higher one. The last page says how deep
// is deep enough: keys that part deeper than its first key does fill less than a page. Two ways lead on: across, which halves the code points at the
// highest depth there is, and down, which halves the depths, so that one request tells that nothing parts higher up, however long a common prefix is.
import { alike, codePointsOf, compareKeys, type KeyRange } from "./keyspace.ts";

/** Requests above this are refused (KeyTooLongError). */
const KEY_BYTES_MAX = 1_024;
const FIRST = 0x21;
const LAST = 0x10fffd;

/** A range with what its last page tells. */
export interface Stretch extends KeyRange {
  /** Code points that all keys of the last page, and `after`, begin with. */
  readonly shared: number;
}

export type Way = "across" | "down";

/** How many depths are worth a cut; 0: none is, and {@link cutKey} gives undefined. The higher, the more may be left. */
export function depthsOf(stretch: Stretch): number {
  const { first, last } = depths(stretch, codePointsOf(stretch.after), upperOf(stretch));
  return Math.max(0, last - first + 1);
}

/** A key strictly inside the range; undefined where what is left is hardly more than a page. */
export function cutKey(stretch: Stretch, way: Way): string | undefined {
  const low = codePointsOf(stretch.after);
  const high = upperOf(stretch);
  const { first, last } = depths(stretch, low, high);
  if (first > last) return undefined;
  const at = (depth: number, codePoint: number): string | undefined => {
    const key = String.fromCodePoint(...low.slice(0, depth), codePoint);
    const inside = compareKeys(key, stretch.after) > 0 && (stretch.upTo === undefined || compareKeys(key, stretch.upTo) < 0);
    return inside && Buffer.byteLength(key) <= KEY_BYTES_MAX ? key : undefined;
  };
  const lowest = (depth: number): number => Math.max(low[depth] ?? 0, FIRST - 1);
  if (way === "down" && first < last) {
    // Everything that parts at the middle depth or higher up goes to the other side.
    const middle = Math.floor((first + last) / 2);
    return at(middle, following(lowest(middle)));
  }
  const bound = first === alike(low, high ?? []) ? high?.[first] : undefined;
  return at(first, between(lowest(first), bound ?? LAST + 1));
}

const upperOf = ({ upTo }: Stretch): number[] | undefined => (upTo === undefined ? undefined : codePointsOf(upTo));

function depths({ shared }: Stretch, low: readonly number[], high: readonly number[] | undefined): { first: number; last: number } {
  const parting = high === undefined ? 0 : alike(low, high);
  const room = high === undefined || following(Math.max(low[parting] ?? 0, FIRST - 1)) < (high[parting] ?? 0);
  return { first: room ? parting : parting + 1, last: Math.min(shared, Math.max(0, low.length - 1)) };
}

/** The next code point that may stand in a request: no surrogates, no controls, which some servers refuse. */
function following(codePoint: number): number {
  const next = codePoint + 1;
  if (next >= 0x7f && next <= 0x9f) return 0xa0;
  if (next >= 0xd800 && next <= 0xdfff) return 0xe000;
  return Math.min(next, LAST);
}

/** The first code points after digits, capitals, small letters, ASCII, the rest of the two-byte ones: where keys of one kind end. */
const EDGES = [0x3a, 0x5b, 0x7b, 0xa0, 0x800];

/** Strictly between where there is room: the end of the kind of characters that `low` is of, or else the middle. */
function between(low: number, high: number): number {
  const edge = EDGES.find((e) => e > following(low));
  if (edge !== undefined && edge < high) return edge;
  return following(Math.max(low, Math.floor((low + high) / 2) - 1));
}
