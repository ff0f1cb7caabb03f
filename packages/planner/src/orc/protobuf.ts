// Protocol Buffers as ORC uses them: the fields of one message after another, never reading past the message's own bytes. Unknown fields are stepped over.
import type { Fault } from "./error.ts";

const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_32 = 5;
/** Ten bytes of seven bits hold 64. */
const VARINT_BYTES_MAX = 10;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A cursor over the fields of a message. After {@link next}, exactly one of the readers takes the field's value; a field that none takes is skipped. */
export class Message {
  /** Number of the field that {@link next} found. */
  field = 0;
  readonly #bytes: Uint8Array;
  readonly #fault: Fault;
  #at = 0;
  #wire = -1;
  #taken = true;

  constructor(bytes: Uint8Array, fault: Fault) {
    this.#bytes = bytes;
    this.#fault = fault;
  }

  /** False at the message's end. */
  next(): boolean {
    if (!this.#taken) this.#skip();
    if (this.#at === this.#bytes.length) return false;
    const tag = this.#varint();
    if (tag > 0xffff_ffffn) throw this.#fault(`has a field with the impossible tag ${tag}`);
    this.field = Number(tag >> 3n);
    this.#wire = Number(tag & 7n);
    this.#taken = false;
    if (this.field === 0) throw this.#fault("has a field with the number 0");
    return true;
  }

  /** An unsigned integer that is exact as a number. */
  uint(): number {
    return this.#safe(this.bigUint());
  }

  bigUint(): bigint {
    this.#take(WIRE_VARINT);
    return this.#varint();
  }

  /** A zigzag-coded integer of 64 bits. */
  sint(): bigint {
    const value = this.bigUint();
    return (value >> 1n) ^ -(value & 1n);
  }

  boolean(): boolean {
    return this.bigUint() !== 0n;
  }

  bytes(): Uint8Array {
    this.#take(WIRE_BYTES);
    return this.#lengthDelimited();
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return utf8.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw this.#fault(`has text that is not UTF-8 in field ${this.field}`, error);
    }
  }

  message(): Message {
    return new Message(this.bytes(), this.#fault);
  }

  /** A repeated unsigned field, packed or one by one: appends to `into`. */
  uints(into: number[]): void {
    if (this.#wire === WIRE_VARINT) {
      into.push(this.uint());
      return;
    }
    const packed = new Message(this.bytes(), this.#fault);
    while (packed.#at < packed.#bytes.length) into.push(packed.#safe(packed.#varint()));
  }

  #take(wire: number): void {
    if (this.#wire !== wire) throw this.#fault(`has field ${this.field} in a shape that it cannot have`);
    this.#taken = true;
  }

  #skip(): void {
    this.#taken = true;
    if (this.#wire === WIRE_VARINT) this.#varint();
    else if (this.#wire === WIRE_64) this.#advance(8);
    else if (this.#wire === WIRE_BYTES) this.#lengthDelimited();
    else if (this.#wire === WIRE_32) this.#advance(4);
    else throw this.#fault(`has field ${this.field} in the unknown shape ${this.#wire}`);
  }

  #lengthDelimited(): Uint8Array {
    const length = this.#safe(this.#varint());
    const start = this.#at;
    this.#advance(length);
    return this.#bytes.subarray(start, this.#at);
  }

  #advance(length: number): void {
    if (length > this.#bytes.length - this.#at) throw this.#fault(`is cut off in field ${this.field}`);
    this.#at += length;
  }

  #varint(): bigint {
    let value = 0n;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.#at >= this.#bytes.length) throw this.#fault(`is cut off after field ${this.field}`);
      const byte = this.#bytes[this.#at++] as number;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw this.#fault(`has a number of more than ${VARINT_BYTES_MAX} bytes after field ${this.field}`);
  }

  #safe(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#fault(`has the impossible value ${value} in field ${this.field}`);
    return Number(value);
  }
}
