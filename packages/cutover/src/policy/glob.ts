// The wildcards of policy documents.

/** `*` any run of characters, `?` one; linear time. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    // The star first: in a pattern held against a pattern, the text's own star is one of the characters that it swallows.
    if (pattern[p] === "*") {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || (pattern[p] === "?" && text[t] !== "*"))) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Text as a policy's resource says it literally: `*`, `?` and `$` mean something there (policy Version 2012-10-17). */
export const literal = (text: string): string => text.replace(/[*?$]/g, (c) => `\${${c}}`);
