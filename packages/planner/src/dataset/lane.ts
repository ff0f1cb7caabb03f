// Rows of one account and op, or of one reason to hold, as they collect until a row group is full. The rows lie in the kernel's memory, their shapes here.
import type { Shape } from "../scan/shape.ts";
import type { Batch } from "./columns.ts";
import type { MergeKernel } from "./kernel.ts";

/** A shape as all chunks share it. */
export interface MergedShape {
  readonly shape: Shape;
  readonly lane: Lane;
  /** Its number in the lane's batch with the number `batch`. */
  batch: number;
  number: number;
}

export class Lane {
  /** By this the kernel knows it. */
  readonly address: number;
  readonly #kernel: MergeKernel;
  readonly #write: (batch: Batch) => Promise<void>;
  readonly #shapes: Shape[] = [];
  /** As the kernel counts them. */
  #batch = 1;

  /** Objects larger than `sizeMax` are a batch alone. */
  constructor(kernel: MergeKernel, rowsMax: number, sizeMax: number, write: (batch: Batch) => Promise<void>) {
    this.#kernel = kernel;
    this.#write = write;
    this.address = kernel.lane(rowsMax, sizeMax);
  }

  /** The kernel has given this shape the batch's next number. */
  saw(merged: MergedShape): void {
    merged.batch = this.#batch;
    merged.number = this.#shapes.push(merged.shape) - 1;
  }

  /** Writes the batch as far as it is, and begins another. */
  async write(): Promise<void> {
    const rows = this.#kernel.rows(this.address);
    if (rows === 0) return;
    await this.#write({ kernel: this.#kernel, lane: this.address, rows, shapes: this.#shapes });
    this.#kernel.clear(this.address);
    this.#shapes.length = 0;
    this.#batch++;
  }

  /** One row that lies in another lane of the kernel's, where a batch has one row. */
  async writeAlone(address: number, shape: Shape): Promise<void> {
    await this.#write({ kernel: this.#kernel, lane: address, rows: 1, shapes: [shape] });
    this.#kernel.clear(address);
  }
}
