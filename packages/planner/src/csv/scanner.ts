// One CSV row on raw bytes: where its fields begin and end. Quoted fields may hold commas, line breaks and doubled quotes (RFC 4180); nothing is decoded.

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

/** A field that goes on beyond this is finished by one native search: ACLs are hundreds of bytes, all others are short. */
const LOOP_BYTES = 72;

/** The row is not whole yet: more bytes are needed. */
export const INCOMPLETE = -1;
/** A byte that may not follow a closing quote; no later row can be trusted. */
export const MALFORMED = -2;

export class RowScanner {
  /** Field i is the bytes [starts[i], ends[i]), without its quotes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of the last row; can differ from the number expected. */
  fields = 0;
  readonly #expected: number;

  constructor(expected: number) {
    this.#expected = expected;
    this.starts = new Int32Array(expected + 1);
    this.ends = new Int32Array(expected + 1);
  }

  /** Scans the row that begins at `from` and answers where the next one begins, or INCOMPLETE or MALFORMED. Doubled quotes are resolved in place. */
  scan(bytes: Buffer, from: number, limit: number): number {
    const { starts, ends } = this;
    const expected = this.#expected;
    let field = 0;
    let p = from;
    for (;;) {
      if (p >= limit) return INCOMPLETE;
      let start = p;
      let end: number;
      if (bytes[p] === QUOTE) {
        start = ++p;
        const stop = Math.min(p + LOOP_BYTES, limit);
        while (p < stop && bytes[p] !== QUOTE) p++;
        if (p === stop) {
          if (stop === limit) return INCOMPLETE;
          p = bytes.indexOf(QUOTE, p);
          if (p < 0 || p >= limit) return INCOMPLETE;
        }
        if (p + 1 >= limit) return INCOMPLETE;
        if (bytes[p + 1] === QUOTE) {
          const closing = this.#closingQuote(bytes, p, limit);
          if (closing < 0) return INCOMPLETE;
          p = closing;
          end = p;
        } else {
          end = p;
        }
        p++;
      } else {
        while (p < limit && bytes[p] !== COMMA && bytes[p] !== LF) p++;
        if (p >= limit) return INCOMPLETE;
        end = bytes[p] === LF && p > start && bytes[p - 1] === CR ? p - 1 : p;
      }
      if (field <= expected) {
        starts[field] = start;
        ends[field] = end;
      }
      field++;
      const next = bytes[p];
      if (next === COMMA) {
        p++;
      } else if (next === LF || (next === CR && p + 1 < limit && bytes[p + 1] === LF)) {
        this.fields = field;
        const after = next === LF ? p + 1 : p + 2;
        if (this.#escaped) this.#unescape(bytes, from, after);
        return after;
      } else if (next === CR && p + 1 >= limit) {
        return INCOMPLETE;
      } else {
        return MALFORMED;
      }
    }
  }

  #escaped = false;

  /** From the first of two quotes to the quote that closes the field, or INCOMPLETE. */
  #closingQuote(bytes: Buffer, from: number, limit: number): number {
    let p = from;
    for (;;) {
      if (p + 1 >= limit) return INCOMPLETE;
      if (bytes[p + 1] !== QUOTE) break;
      p = bytes.indexOf(QUOTE, p + 2);
      if (p < 0 || p >= limit) return INCOMPLETE;
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
