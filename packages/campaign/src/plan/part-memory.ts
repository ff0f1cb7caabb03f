// The memory in which a part is written goes from one part to the next, whichever account it belongs to: megabytes that are made anew and given up for each part would
// make the garbage collector mark the whole heap as often.

export class PartMemory {
  #spare: Uint8Array<ArrayBuffer> | undefined;

  /** At least `bytes` of memory with anything in it, the caller's until it gives it back. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && spare.length >= bytes) return spare;
    return new Uint8Array(bytes);
  }

  /** One part's memory is kept, no more: what was taken at once by many is not held for one. */
  giveBack(buffer: ArrayBuffer): void {
    if (this.#spare === undefined) this.#spare = new Uint8Array(buffer);
    else buffer.transfer(0);
  }

  /** Nothing will be written any more. */
  release(): void {
    this.#spare?.buffer.transfer(0);
    this.#spare = undefined;
  }
}
