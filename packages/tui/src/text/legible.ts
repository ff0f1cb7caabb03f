// Text from outside (object keys, names, S3's answers) made safe to print: what a terminal would obey, hide or reorder is shown escaped instead.

/** ascii: the terminal, or its locale, has nothing beyond 7 bits. */
export type Charset = "unicode" | "ascii";

/**
 * Control, format, private, unassigned and surrogate code points, line separators, spaces other than U+0020, enclosing marks, and all that is
 * invisible by default (joiners, variation selectors, bidi marks). Terminals disagree about the width of these, or act on them.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Me}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const UNPRINTABLE_ALL = new RegExp(UNPRINTABLE, "gu");
/** Marks beyond two on one letter pile up over the neighbouring lines. */
const PILED_MARKS = /(?<=\p{Mn}{2})\p{Mn}+/gu;
const NOT_ASCII = /[^\x20-\x7e]/gu;
const PLAIN = /^[\x20-\x7e]*$/;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\0": "\\0" };

function escaped(characters: string): string {
  let text = "";
  for (const one of characters) text += SHORT[one] ?? `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`;
  return text;
}

/** The same text with everything unprintable as `\n`, `\e`, `\u{202e}`; in an ASCII terminal everything beyond ASCII too. Idempotent. */
export function legible(text: string, charset: Charset): string {
  if (PLAIN.test(text)) return text;
  if (charset === "ascii") return text.replaceAll(NOT_ASCII, escaped);
  return text.replaceAll(UNPRINTABLE_ALL, escaped).replaceAll(PILED_MARKS, escaped);
}
