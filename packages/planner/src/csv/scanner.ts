// One CSV row on raw bytes: where its fields begin and end. Quoted fields may hold commas, line breaks and doubled quotes (RFC 4180); nothing is decoded.
import type { Bytes } from "../scan/byte-cache.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

/** A field that goes on beyond this is finished by one native search: ACLs are hundreds of bytes, all others are short. */
const LOOP_BYTES = 96;

/** The row is not whole yet: more bytes are needed. */
export const INCOMPLETE = -1;
/** A byte that may not follow a closing quote; no later row can be trusted. */
export const MALFORMED = -2;

/** The first quote in [from, limit), or -1. Looks at four bytes at a time: one of them is a quote where subtracting 1 from its difference borrows. */
function findQuote({ buffer, view }: Bytes, from: number, limit: number): number {
  const stop = Math.min(from + LOOP_BYTES, limit);
  let p = from;
  for (; p + 4 <= stop; p += 4) {
    const difference = view.getInt32(p, true) ^ 0x22222222;
    const zeros = (difference - 0x01010101) & ~difference & 0x80808080;
    if (zeros !== 0) return p + ((31 - Math.clz32(zeros & -zeros)) >> 3);
  }
  for (; p < stop; p++) if (buffer[p] === QUOTE) return p;
  if (stop === limit) return -1;
  p = buffer.indexOf(QUOTE, p);
  return p >= limit ? -1 : p;
}

export class RowScanner {
  /** Field i is the bytes [starts[i], ends[i]), without its quotes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of the last row; can differ from the number expected. */
  fields = 0;
  readonly #expected: number;
  #escaped = false;

  constructor(expected: number) {
    this.#expected = expected;
    this.starts = new Int32Array(expected + 1);
    this.ends = new Int32Array(expected + 1);
  }

  /** Scans the row that begins at `from` and answers where the next one begins, or INCOMPLETE or MALFORMED. Doubled quotes are resolved in place. */
  scan(bytes: Bytes, from: number, limit: number): number {
    const { starts, ends } = this;
    const { buffer } = bytes;
    const expected = this.#expected;
    let field = 0;
    let p = from;
    for (;;) {
      if (p >= limit) return INCOMPLETE;
      let start = p;
      let end: number;
      if (buffer[p] === QUOTE) {
        start = p + 1;
        // Empty fields are common.
        p = start < limit && buffer[start] === QUOTE ? start : findQuote(bytes, start, limit);
        if (p < 0 || p + 1 >= limit) return INCOMPLETE;
        if (buffer[p + 1] === QUOTE) {
          p = this.#closingQuote(bytes, p, limit);
          if (p < 0) return INCOMPLETE;
        }
        end = p;
        p++;
      } else {
        while (p < limit && buffer[p] !== COMMA && buffer[p] !== LF) p++;
        if (p >= limit) return INCOMPLETE;
        end = buffer[p] === LF && p > start && buffer[p - 1] === CR ? p - 1 : p;
      }
      if (field <= expected) {
        starts[field] = start;
        ends[field] = end;
      }
      field++;
      const next = buffer[p];
      if (next === COMMA) {
        p++;
      } else if (next === LF || (next === CR && p + 1 < limit && buffer[p + 1] === LF)) {
        this.fields = field;
        const after = next === LF ? p + 1 : p + 2;
        if (this.#escaped) this.#unescape(buffer, from, after);
        return after;
      } else if (next === CR && p + 1 >= limit) {
        return INCOMPLETE;
      } else {
        return MALFORMED;
      }
    }
  }

  /** From the first of two quotes to the quote that closes the field, or INCOMPLETE. */
  #closingQuote(bytes: Bytes, from: number, limit: number): number {
    let p = from;
    for (;;) {
      if (p + 1 >= limit) return INCOMPLETE;
      if (bytes.buffer[p + 1] !== QUOTE) break;
      p = findQuote(bytes, p + 2, limit);
      if (p < 0) return INCOMPLETE;
    }
    this.#escaped = true;
    return p;
  }

  /** Done when the row is known to be whole, so that a row that is scanned again is still as it was written. */
  #unescape(bytes: Buffer, from: number, after: number): void {
    this.#escaped = false;
    const fields = Math.min(this.fields, this.#expected + 1);
    for (let f = 0; f < fields; f++) {
      const start = this.starts[f] as number;
      const end = this.ends[f] as number;
      if (start === from || start >= after || bytes[start - 1] !== QUOTE) continue;
      let to = start;
      for (let p = start; p < end; p++) {
        const c = bytes[p] as number;
        bytes[to++] = c;
        if (c === QUOTE) p++;
      }
      this.ends[f] = to;
    }
  }
}
