// Boolean columns: a bit a value, or runs.
import { Cursor } from "./cursor.ts";
import { type PageBody, uint32 } from "./pages.ts";
import { Runs } from "./runs.ts";

/** Runs of booleans have their length before them. */
const LENGTH_BYTES = 4;

export class BooleanCursor extends Cursor {
  #runs: Runs | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  /** The next value's bit; `bits` there are. */
  #bit = 0;
  #bits = 0;

  /** The values of rows [start, end), from out[0] on: 1 or 0, and 0 where there is no value. */
  fill(start: number, end: number, out: Uint8Array): void {
    for (let row = start; row < end; ) {
      const count = this.alike(row, end);
      const from = row - start;
      if (!this.present) out.fill(0, from, from + count);
      else if (this.#runs === undefined) this.#takeBits(count, out, from);
      else this.#takeRuns(this.#runs, count, out, from);
      row += count;
    }
  }

  #takeRuns(runs: Runs, count: number, out: Uint8Array, from: number): void {
    for (let i = from; i < from + count; ) {
      const same = runs.alike(from + count - i);
      out.fill(runs.value, i, i + same);
      i += same;
    }
  }

  #takeBits(count: number, out: Uint8Array, from: number): void {
    if (this.#bit + count > this.#bits) throw this.fault("has a page that ends before its rows do");
    const bytes = this.#bytes;
    let bit = this.#bit;
    for (let i = from; i < from + count; i++, bit++) out[i] = ((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1;
    this.#bit = bit;
  }

  protected override openValues({ encoding, bytes, start }: PageBody): void {
    this.#runs = undefined;
    if (encoding === "PLAIN") {
      this.#bytes = bytes.subarray(start);
      this.#bit = 0;
      this.#bits = this.#bytes.length * 8;
    } else if (encoding === "RLE") {
      const length = bytes.length - start < LENGTH_BYTES ? 0 : uint32(bytes, start);
      const end = start + LENGTH_BYTES + length;
      if (end > bytes.length && bytes.length > start) throw this.fault("has a page whose booleans are longer than itself");
      this.#runs = new Runs(bytes, Math.min(start + LENGTH_BYTES, bytes.length), Math.min(end, bytes.length), 1, this.fault);
    } else throw this.fault(`has booleans in the encoding ${encoding}`);
  }

  protected override skip(values: number): void {
    if (this.#runs === undefined) this.#bit += values;
    else this.#runs.skip(values);
  }
}
