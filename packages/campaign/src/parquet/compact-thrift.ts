// Thrift's compact protocol, as far as Parquet's own structures need it (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md):
// fields of a structure in ascending order, whole numbers that are not negative, texts, lists. Row groups have thousands of such fields for each million rows, so
// they are written as they come and never become objects.
import type { ByteOutput } from "./byte-output.ts";

export const ELEMENT = { i32: 5, binary: 8, struct: 12 } as const;
const FALSE = 2;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
const STOP = 0;

const utf8 = new TextEncoder();

export class CompactThrift {
  readonly #out: ByteOutput;
  /** The last field of each structure that is open, the innermost last. */
  readonly #fields: number[] = [];
  #field = 0;

  constructor(out: ByteOutput) {
    this.#out = out;
  }

  /** The beginning of a structure that is a list's element, or stands alone. */
  begin(): void {
    this.#fields.push(this.#field);
    this.#field = 0;
  }

  end(): void {
    this.#out.byte(STOP);
    this.#field = this.#fields.pop() ?? 0;
  }

  struct(field: number): void {
    this.#header(field, STRUCT);
    this.begin();
  }

  i32(field: number, value: number): void {
    this.#header(field, I32);
    this.zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#header(field, I64);
    this.zigzag(value);
  }

  /** True is the default of every flag that Parquet has. */
  falseFlag(field: number): void {
    this.#header(field, FALSE);
  }

  text(field: number, value: string): void {
    this.#header(field, BINARY);
    this.element(value);
  }

  /** The elements follow: {@link zigzag}, {@link element}, {@link bytes} or {@link begin} to {@link end} each. */
  list(field: number, element: (typeof ELEMENT)[keyof typeof ELEMENT], length: number): void {
    this.#header(field, LIST);
    if (length > 14) {
      this.#out.byte(0xf0 | element);
      this.#out.varint(length);
    } else this.#out.byte((length << 4) | element);
  }

  zigzag(value: number): void {
    this.#out.varint(2 * value);
  }

  element(text: string): void {
    this.bytes(utf8.encode(text));
  }

  /** A list's element that is a text, in UTF-8. */
  bytes(bytes: Uint8Array): void {
    this.#out.varint(bytes.length);
    this.#out.append(bytes);
  }

  /** Fields of Parquet's structures are at most 15 apart. */
  #header(field: number, type: number): void {
    this.#out.byte(((field - this.#field) << 4) | type);
    this.#field = field;
  }
}
