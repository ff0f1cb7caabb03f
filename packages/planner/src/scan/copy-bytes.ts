// Short pieces of bytes from one buffer to another, eight at a time: what a row has is too short for a native copy to be worth its call.

const EIGHT = 8;

/** From one buffer after another; most pieces come from the buffer from which the last one came. */
export class ByteCopier {
  #from: Uint8Array | undefined;
  #view = new DataView(new ArrayBuffer(0));

  /** Copies `from`'s bytes [start, start + length) to `to` at `at`. They must not overlap. */
  copy(from: Uint8Array, start: number, to: DataView, at: number, length: number): void {
    if (length < EIGHT) {
      for (let i = 0; i < length; i++) to.setUint8(at + i, from[start + i] as number);
      return;
    }
    if (from !== this.#from) {
      this.#from = from;
      this.#view = new DataView(from.buffer as ArrayBuffer, from.byteOffset, from.byteLength);
    }
    const view = this.#view;
    // The compiler makes no BigInt of these.
    const last = length - EIGHT;
    for (let i = 0; i < last; i += EIGHT) to.setBigInt64(at + i, view.getBigInt64(start + i, true), true);
    to.setBigInt64(at + last, view.getBigInt64(start + last, true), true);
  }
}
