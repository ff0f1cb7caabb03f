// The key space as an ordered line: S3 sorts keys by their UTF-8 bytes, which is the order of code points.

/** Keys k with after < k <= upTo; upTo undefined: to the end. */
export interface KeyRange {
  readonly after: string;
  readonly upTo: string | undefined;
}

/** S3's order. JavaScript's own compares UTF-16 units and disagrees where surrogates meet U+E000 and above. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const high = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (high(x) !== high(y)) return high(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

export const codePointsOf = (key: string): number[] => Array.from(key, (c) => c.codePointAt(0) as number);

/** Members that both begin with alike. */
export function alike<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}
