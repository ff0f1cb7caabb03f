// Rows of one account and op, or of one reason to hold, as they collect until a row group is full.
import { ByteCopier } from "../scan/copy-bytes.ts";
import type { MergedShape } from "./merge.ts";

const START_BYTES = 64 * 1024;

export class LaneRows {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(START_BYTES);
  length = 0;
  /** One for each row. */
  readonly shapes: MergedShape[] = [];
  #view = new DataView(this.bytes.buffer);
  readonly #copier = new ByteCopier();

  /** Takes over the record that lies at [start, start + length) of `records`. */
  add(records: Uint8Array, start: number, length: number, shape: MergedShape): void {
    if (this.length + length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length + length);
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#copier.copy(records, start, this.#view, this.length, length);
    this.length += length;
    this.shapes.push(shape);
  }

  get rows(): number {
    return this.shapes.length;
  }

  clear(): void {
    this.length = 0;
    this.shapes.length = 0;
  }
}
