// Bytes that are written one after the other into memory that grows.

export class ByteOutput {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `room`: made at once, so many bytes; or memory to begin with, whatever is in it. */
  constructor(room: number | Uint8Array<ArrayBuffer>) {
    this.#bytes = typeof room === "number" ? new Uint8Array(room) : room;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far; good until the next write. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** Little-endian, 32 bits. */
  uint32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  /** A whole number from 0 to 2^53, seven bits a byte, the lowest first (ULEB128). */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.written);
    // What is outgrown goes back at once: megabytes left to the collector make it mark the whole heap.
    this.#bytes.buffer.transfer(0);
    this.#bytes = larger;
  }
}
