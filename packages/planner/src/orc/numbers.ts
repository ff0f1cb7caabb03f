// Booleans, integers of every size, dates and floating-point numbers.
import { Bits, ByteRuns } from "./byte-runs.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams, Values } from "./column.ts";
import { Integers } from "./integers.ts";
import { type BooleanVector, type DoubleVector, type IntVector, type LongVector, type Presence, spread } from "./vector.ts";

export class Booleans implements Values {
  readonly #bits: Bits;

  constructor(streams: ColumnStreams) {
    this.#bits = new Bits(streams.open("DATA"));
  }

  read(presence: Presence): BooleanVector {
    const values = new Uint8Array(presence.rows);
    this.#bits.read(values, 0, presence.present);
    spread(values, presence, 0);
    return { kind: "booleans", rows: presence.rows, nulls: presence.nulls, values };
  }

  exhausted(): boolean {
    return this.#bits.exhausted();
  }
}

/** tinyint: bytes, not integers, are what its runs are of. */
export class Bytes implements Values {
  readonly #bytes: ByteRuns;

  constructor(streams: ColumnStreams) {
    this.#bytes = new ByteRuns(streams.open("DATA"));
  }

  read(presence: Presence): IntVector {
    const values = new Int32Array(presence.rows);
    for (let i = 0; i < presence.present; i++) values[i] = (this.#bytes.next() << 24) >> 24;
    spread(values, presence, 0);
    return { kind: "ints", rows: presence.rows, nulls: presence.nulls, values };
  }

  exhausted(): boolean {
    return this.#bytes.exhausted();
  }
}

/** smallint, int, date. */
export class Ints implements Values {
  readonly #integers: Integers;
  readonly #bits: number;

  /** `bits`: how many a value may have. */
  constructor(streams: ColumnStreams, bits: number) {
    this.#integers = new Integers(streams.open("DATA"), streams.encoding, true);
    this.#bits = bits;
  }

  read(presence: Presence): IntVector {
    const values = new Int32Array(presence.rows);
    this.#integers.readSigned(values, presence.present, this.#bits);
    spread(values, presence, 0);
    return { kind: "ints", rows: presence.rows, nulls: presence.nulls, values };
  }

  exhausted(): boolean {
    return this.#integers.exhausted();
  }
}

export class Longs implements Values {
  readonly #integers: Integers;

  constructor(streams: ColumnStreams) {
    this.#integers = new Integers(streams.open("DATA"), streams.encoding, true);
  }

  read(presence: Presence): LongVector {
    const values = this.#integers.readLongs(presence.present, presence.rows);
    if (values instanceof Float64Array) spread(values, presence, 0);
    else spread(values, presence, 0n);
    return { kind: "longs", rows: presence.rows, nulls: presence.nulls, values };
  }

  exhausted(): boolean {
    return this.#integers.exhausted();
  }
}

/** float and double: little-endian, without any encoding. */
export class Doubles implements Values {
  readonly #data: ByteStream;
  readonly #bytes: 4 | 8;

  constructor(streams: ColumnStreams, bytes: 4 | 8) {
    this.#data = streams.open("DATA");
    this.#bytes = bytes;
  }

  read(presence: Presence): DoubleVector {
    const { present } = presence;
    const raw = this.#data.take(present * this.#bytes);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const values = new Float64Array(presence.rows);
    if (this.#bytes === 4) for (let i = 0; i < present; i++) values[i] = view.getFloat32(i * 4, true);
    else for (let i = 0; i < present; i++) values[i] = view.getFloat64(i * 8, true);
    spread(values, presence, 0);
    return { kind: "doubles", rows: presence.rows, nulls: presence.nulls, values };
  }

  exhausted(): boolean {
    return this.#data.exhausted();
  }
}
