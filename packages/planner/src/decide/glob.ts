// Globs over keys, in the sense of S3 and IAM: `*` is any run of characters, slashes included, `?` exactly one. A character is a code point.

/** Time is bounded by pattern length times text length, whatever the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const c = pattern[p];
    if (c === "*") {
      star = p++;
      resume = t;
    } else if (c === "?") {
      p++;
      t += unitsAt(text, t);
    } else if (c !== undefined && c === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      resume += unitsAt(text, resume);
      t = resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** UTF-16 units of the character there. */
const unitsAt = (text: string, at: number): number => ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);
