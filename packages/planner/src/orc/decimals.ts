// Decimals: the digits as an integer of any length, and how many of them stand after the point.
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams, Values } from "./column.ts";
import { Integers } from "./integers.ts";
import { type DecimalVector, type Presence, spread } from "./vector.ts";

/** 38 digits and a sign have 128 bits, and those 19 bytes. */
const DIGITS_BYTES_MAX = 19;

export class Decimals implements Values {
  readonly #digits: ByteStream;
  readonly #scales: Integers;

  constructor(streams: ColumnStreams) {
    this.#digits = streams.open("DATA");
    this.#scales = new Integers(streams.open("SECONDARY"), streams.encoding, true);
  }

  read(presence: Presence): DecimalVector {
    const { rows, present } = presence;
    const unscaled = new Array<bigint>(rows).fill(0n);
    const scales = new Int32Array(rows);
    for (let i = 0; i < present; i++) unscaled[i] = this.#integer();
    this.#scales.readSigned(scales, present, 8);
    spread(unscaled, presence, 0n);
    spread(scales, presence, 0);
    return { kind: "decimals", rows, nulls: presence.nulls, unscaled, scales };
  }

  exhausted(): boolean {
    return this.#digits.exhausted() && this.#scales.exhausted();
  }

  #integer(): bigint {
    let value = 0n;
    for (let i = 0; i < DIGITS_BYTES_MAX; i++) {
      const byte = this.#digits.byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return (value >> 1n) ^ -(value & 1n);
    }
    throw this.#digits.fault("has a decimal of more than 38 digits");
  }
}
