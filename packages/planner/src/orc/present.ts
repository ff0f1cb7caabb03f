// Which rows have a value: the PRESENT stream, where a column has one.
import { Bits } from "./byte-runs.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { Presence } from "./vector.ts";

export class Present {
  readonly #bits: Bits | undefined;

  /** `stream`: undefined where every row has a value. */
  constructor(stream: ByteStream | undefined) {
    this.#bits = stream === undefined ? undefined : new Bits(stream);
  }

  read(rows: number): Presence {
    if (this.#bits === undefined) return { rows, nulls: undefined, present: rows };
    const nulls = new Uint8Array(rows);
    const present = this.#bits.read(nulls, 0, rows);
    if (present === rows) return { rows, nulls: undefined, present };
    for (let i = 0; i < rows; i++) nulls[i] = 1 - (nulls[i] as number);
    return { rows, nulls, present };
  }

  exhausted(): boolean {
    return this.#bits?.exhausted() ?? true;
  }
}
