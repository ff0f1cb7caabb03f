// What repeated cells mean, found by their bytes: owners, ACLs and storage classes have few distinct values, and each is turned into a string once.
// A small table by fingerprint answers nearly every cell; behind it a bounded map, so that memory does not grow with what a report holds.

const FRONT_SLOTS = 1024;
/** Four-byte words that the fingerprint looks at; all bytes are compared before an answer is believed. */
const SAMPLES = 8;

interface Entry<T> {
  readonly length: number;
  readonly view: DataView;
  readonly value: T;
}

/** A buffer, and the view through which four of its bytes are read at once. */
export interface Bytes {
  readonly buffer: Buffer;
  readonly view: DataView;
}

export const bytesOf = (buffer: Buffer): Bytes => ({ buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength) });

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
  get(bytes: Bytes, start: number, end: number): T {
    const slot = fingerprint(bytes.view, start, end - start) & (FRONT_SLOTS - 1);
    const front = this.#front[slot];
    if (front !== undefined && sameBytes(front, bytes.view, start, end - start)) return front.value;
    const entry = this.#lookUp(bytes.buffer, start, end);
    this.#front[slot] = entry;
    return entry.value;
  }

  #lookUp(bytes: Buffer, start: number, end: number): Entry<T> {
    // latin1 keeps every byte apart; the cell itself is UTF-8.
    const name = bytes.toString("latin1", start, end);
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const own = new Uint8Array(bytes.subarray(start, end));
      entry = { length: own.length, view: new DataView(own.buffer), value: this.#make(bytes.toString("utf8", start, end)) };
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

function fingerprint(view: DataView, start: number, length: number): number {
  let hash = length;
  if (length < 4) {
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + view.getUint8(start + i);
  } else {
    // Not a multiple of four bytes, so that base64 is not looked at in the same place of every group.
    const step = length <= 4 * SAMPLES ? 4 : (length / SAMPLES) | 1;
    for (let i = start + length - 4; i >= start; i -= step) hash = Math.imul(hash ^ view.getInt32(i, true), 0x9e3779b1);
  }
  return hash ^ (hash >>> 15) ^ (hash >>> 23);
}

function sameBytes<T>(known: Entry<T>, view: DataView, start: number, length: number): boolean {
  if (known.length !== length) return false;
  let i = 0;
  for (; i + 4 <= length; i += 4) if (known.view.getInt32(i, true) !== view.getInt32(start + i, true)) return false;
  for (; i < length; i++) if (known.view.getUint8(i) !== view.getUint8(start + i)) return false;
  return true;
}
