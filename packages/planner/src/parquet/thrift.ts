// Thrift's compact protocol as far as page headers need it: structs of small numbers and booleans; everything else is stepped over (thrift-compact-protocol.md).

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;
/** Statistics within a page header are one struct deep; nothing is ten. */
const DEPTH_MAX = 10;

/** The bytes at hand end before the struct does. */
export class Cut extends Error {
  override readonly name = "Cut";
}

/** These bytes are no struct. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** A struct's numbers and booleans (0, 1) by field, and its structs. */
export interface Fields {
  readonly numbers: ReadonlyMap<number, number>;
  readonly structs: ReadonlyMap<number, Fields>;
}

export class CompactReader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Throws {@link Cut} or {@link Malformed}. */
  struct(depth = 0): Fields {
    if (depth > DEPTH_MAX) throw new Malformed("structs within structs without end");
    const numbers = new Map<number, number>();
    const structs = new Map<number, Fields>();
    for (let field = 0; ; ) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return { numbers, structs };
      field = head >>> 4 === 0 ? this.#zigzag() : field + (head >>> 4);
      if (type === TRUE || type === FALSE) numbers.set(field, type === TRUE ? 1 : 0);
      else if (type === STRUCT) structs.set(field, this.struct(depth + 1));
      else if (type > BYTE && type < DOUBLE) numbers.set(field, this.#zigzag());
      else this.#skip(type, depth + 1);
    }
  }

  #skip(type: number, depth: number): void {
    if (depth > DEPTH_MAX) throw new Malformed("lists within lists without end");
    if (type === TRUE || type === FALSE || type === BYTE) this.#move(1);
    else if (type > BYTE && type < DOUBLE) this.#varint();
    else if (type === DOUBLE) this.#move(8);
    else if (type === BINARY) this.#move(this.#varint());
    else if (type === STRUCT) this.struct(depth);
    else if (type === LIST || type === SET) {
      const head = this.#byte();
      const count = head >>> 4 === 15 ? this.#varint() : head >>> 4;
      this.#skipAll([head & 15], count, depth);
    } else if (type === MAP) {
      const count = this.#varint();
      if (count === 0) return;
      const types = this.#byte();
      this.#skipAll([types >>> 4, types & 15], count, depth);
    } else throw new Malformed(`the type ${type}`);
  }

  /** Each element takes a byte at least, so a count that lies comes to the end of the bytes. */
  #skipAll(types: readonly number[], count: number, depth: number): void {
    for (let i = 0; i < count; i++) for (const type of types) this.#skip(type, depth + 1);
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw new Cut("cut off");
    return this.#bytes[this.at++] as number;
  }

  #move(bytes: number): void {
    if (bytes > this.#bytes.length - this.at) throw new Cut("cut off");
    this.at += bytes;
  }

  /** Exact up to 2^53; what is longer is no number that a page header has. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Malformed("a number without end");
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
