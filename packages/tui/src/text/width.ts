// How many terminal cells a text takes, and cutting to a number of cells. Expects legible text (see legible.ts).
import { eastAsianWidth } from "get-east-asian-width";

/** Code points that take no cell. string-width says the same of every single code point, but parsing its emoji sequences costs each command a tenth of a second. */
const NO_CELL = /[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]/u;
const PLAIN = /^[\x20-\x7e]*$/;
const known = new Map<string, number>();

/** Cells of one code point: 0 for combining marks, 2 for wide ones. */
function cells(codePoint: string): number {
  if (codePoint >= " " && codePoint <= "~") return 1;
  let width = known.get(codePoint);
  if (width === undefined) {
    width = NO_CELL.test(codePoint) ? 0 : eastAsianWidth(codePoint.codePointAt(0) as number);
    if (known.size > 10_000) known.clear();
    known.set(codePoint, width);
  }
  return width;
}

/**
 * Cells of a text, code point by code point. Terminals that draw a cluster (a skin tone, a flag) in fewer cells leave a gap;
 * counting clusters instead would let a line grow too wide on terminals that do not.
 */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const one of text) width += cells(one);
  return width;
}

/** The longest head of `text` that fits in `width` cells, `ellipsis` at its end where something was left out. */
export function cutText(text: string, width: number, ellipsis: string): string {
  if (width <= 0) return "";
  if (widthOf(text) <= width) return text;
  const mark = widthOf(ellipsis) <= width ? ellipsis : "";
  const room = width - widthOf(mark);
  let used = 0;
  let head = "";
  for (const one of text) {
    const more = cells(one);
    if (used + more > room) break;
    used += more;
    head += one;
  }
  return head + mark;
}

/** `text` broken at spaces, or inside a word longer than a line, into lines of at most `width` cells. */
export function wrapText(text: string, width: number): string[] {
  if (width <= 0) return [];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    let rest = word;
    while (widthOf(rest) > width) {
      const head = cutText(rest, width, "");
      if (head === "") return lines;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines;
}
