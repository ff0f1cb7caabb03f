// What repeated cells mean, found by their bytes: owners, ACLs and storage classes have few distinct values, and each is turned into a string once.
// A small table by fingerprint answers nearly every cell; behind it a bounded map, so that memory does not grow with what a report holds.

const FRONT_SLOTS = 1024;
/** Bytes that the fingerprint looks at; all of them are compared before an answer is believed. */
const SAMPLES = 16;

interface Entry<T> {
  readonly bytes: Buffer;
  readonly value: T;
}

export class ByteCache<T> {
  readonly #make: (cell: string) => T;
  readonly #entriesMax: number;
  readonly #front: (Entry<T> | undefined)[] = new Array(FRONT_SLOTS).fill(undefined);
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(make: (cell: string) => T, entriesMax: number) {
    this.#make = make;
    this.#entriesMax = entriesMax;
  }

  /** The value for the bytes [start, end). `make` is called once for each distinct cell, until it has been forgotten. */
  get(bytes: Buffer, start: number, end: number): T {
    const length = end - start;
    let hash = length;
    if (length <= SAMPLES) {
      for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    } else {
      // Not a divisor of 4, so that base64 is not sampled at the same place of every group.
      const step = (length / SAMPLES) | 1;
      for (let i = end - 1; i >= start; i -= step) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    }
    const slot = (hash ^ (hash >>> 11)) & (FRONT_SLOTS - 1);
    const front = this.#front[slot];
    if (front !== undefined && sameBytes(front.bytes, bytes, start, length)) return front.value;
    const entry = this.#lookUp(bytes, start, end);
    this.#front[slot] = entry;
    return entry.value;
  }

  #lookUp(bytes: Buffer, start: number, end: number): Entry<T> {
    // latin1 keeps every byte apart; the cell itself is UTF-8.
    const name = bytes.toString("latin1", start, end);
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { bytes: Buffer.from(bytes.subarray(start, end)), value: this.#make(bytes.toString("utf8", start, end)) };
      if (this.#entries.size >= this.#entriesMax) {
        for (const oldest of this.#entries.keys()) {
          this.#entries.delete(oldest);
          break;
        }
      }
    } else {
      this.#entries.delete(name);
    }
    this.#entries.set(name, entry);
    return entry;
  }
}

/** Beyond this many bytes one native comparison is cheaper than a loop. */
const LOOP_BYTES = 40;

function sameBytes(known: Buffer, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  if (length > LOOP_BYTES) return bytes.compare(known, 0, length, start, start + length) === 0;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
