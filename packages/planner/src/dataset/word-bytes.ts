// The words of a batch's dictionaries as bytes, in memory that is used again for the next batch: made anew for each, it would keep the collector busy.

const START_BYTES = 64 * 1024;
/** UTF-8 bytes that a UTF-16 code unit comes to at most. */
const UNIT_BYTES_MAX = 3;

export class WordBytes {
  #bytes = Buffer.alloc(START_BYTES);
  #length = 0;

  /** What {@link plain} answered before is good no longer. */
  clear(): void {
    this.#length = 0;
  }

  /** For each word its length in four bytes, little-endian, and its bytes. */
  plain(words: readonly string[]): Uint8Array {
    let room = 0;
    for (const word of words) room += 4 + word.length * UNIT_BYTES_MAX;
    if (this.#length + room > this.#bytes.length) {
      // What was answered before stays in the memory that it has.
      this.#bytes = Buffer.alloc(2 * this.#bytes.length + room);
      this.#length = 0;
    }
    const start = this.#length;
    let at = start;
    for (const word of words) {
      const length = this.#bytes.write(word, at + 4);
      this.#bytes.writeUInt32LE(length, at);
      at += 4 + length;
    }
    this.#length = at;
    return this.#bytes.subarray(start, at);
  }
}
