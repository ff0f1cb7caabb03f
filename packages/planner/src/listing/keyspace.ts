// The key space as an ordered line that can be cut anywhere: S3 sorts keys by their UTF-8 bytes, which is the order of code points.

/** Keys k with after < k <= upTo; upTo undefined: to the end. */
export interface KeyRange {
  readonly after: string;
  readonly upTo: string | undefined;
}

/** S3's order. JavaScript's own compares UTF-16 units and disagrees above U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const FIRST = 0x21;
const LAST_ASCII = 0x7e;
const LAST = 0x10fffd;

/** Code points that cannot stand in a request (surrogates) or that some servers refuse (controls) are stepped over. */
function sendable(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 0xd7ff;
  if (codePoint >= 0x7f && codePoint <= 0x9f) return 0xa0;
  return codePoint;
}

/**
 * A key strictly inside the range, near the middle of what is likely: printable ASCII is cut first, since most keys are ASCII.
 * undefined where the range is too narrow to be worth a cut.
 */
export function middleKey(range: KeyRange): string | undefined {
  const low = Array.from(range.after, (c) => c.codePointAt(0) as number);
  const high = range.upTo === undefined ? undefined : Array.from(range.upTo, (c) => c.codePointAt(0) as number);
  const prefix: number[] = [];
  let bounded = high !== undefined;
  for (let i = 0; i < 64; i++) {
    const lo = low[i] ?? FIRST - 1;
    const hi = bounded ? high?.[i] : LAST;
    if (hi === undefined) return undefined;
    if (bounded && lo === hi) {
      prefix.push(lo);
      continue;
    }
    const ceiling = hi > LAST_ASCII && lo < LAST_ASCII ? LAST_ASCII : hi;
    const middle = sendable(Math.floor((lo + ceiling + 1) / 2));
    if (middle > lo && middle < hi && middle >= FIRST) {
      const key = String.fromCodePoint(...prefix, middle);
      if (compareKeys(key, range.after) > 0 && (range.upTo === undefined || compareKeys(key, range.upTo) < 0)) return key;
    }
    // No room between these two characters: go on below the lower one, where every longer key still lies before upTo.
    prefix.push(Math.max(lo, FIRST));
    bounded = false;
  }
  return undefined;
}
