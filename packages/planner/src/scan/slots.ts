// Memory for chunks that the merge and its scanning threads share: a thread claims a piece and fills it, whoever is done with the chunk gives the piece back, and it is
// filled again. A piece from the general allocator for each chunk would be made by one thread and freed by another, and leave every thread's heap as full of holes as it
// ever was full.
import { CHUNK_BYTES, CHUNKS_UNDER_WAY_MAX, WAITING_BYTES_MAX } from "../limits.ts";

const FREE = 0;
const CLAIMED = 1;

export class Slots {
  readonly memory: SharedArrayBuffer;
  readonly #states: Int32Array;
  readonly #count: number;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#count = Math.floor(memory.byteLength / (CHUNK_BYTES + Int32Array.BYTES_PER_ELEMENT));
    this.#states = new Int32Array(memory, this.#count * CHUNK_BYTES, this.#count);
  }

  /** As many as so many threads can have on their way, one each being filled, as wait for their turn in so many bytes of memory, and two: what is merged, and what comes from the disk. */
  static for(threads: number, waitingBytesMax = WAITING_BYTES_MAX): Slots {
    const count = threads * (CHUNKS_UNDER_WAY_MAX + 1) + Math.ceil(waitingBytesMax / CHUNK_BYTES) + 2;
    return new Slots(new SharedArrayBuffer(count * (CHUNK_BYTES + Int32Array.BYTES_PER_ELEMENT)));
  }

  /** CHUNK_BYTES that nobody else has. Memory of their own where all slots are claimed, which very long rows can do: it is copied on its way. */
  claim(): Uint8Array {
    // The first ones first, so that no more is ever touched than was needed at once.
    for (let slot = 0; slot < this.#count; slot++)
      if (Atomics.compareExchange(this.#states, slot, FREE, CLAIMED) === FREE)
        return new Uint8Array(this.memory, slot * CHUNK_BYTES, CHUNK_BYTES);
    return new Uint8Array(CHUNK_BYTES);
  }

  /** Of what was claimed, here or in another thread; memory of its own is left alone. */
  release(bytes: Uint8Array): void {
    // In each thread the same memory is another object.
    if (bytes.buffer instanceof SharedArrayBuffer) Atomics.store(this.#states, Math.floor(bytes.byteOffset / CHUNK_BYTES), FREE);
  }
}
