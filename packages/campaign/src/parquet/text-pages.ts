// Columns of text as pages take them, without an object for each value: what a worker writes into ledgers costs it no more than its requests can hide.
import type { PageColumn } from "./pages.ts";

/** UTF-8 bytes that a UTF-16 code unit comes to at most. */
const UNIT_BYTES_MAX = 3;
/** Distinct words past which a dictionary is worth less than its making. */
const WORDS_MAX = 256;

/** Values that seldom repeat. `compress`: see PageColumn. */
export function textColumn(values: readonly (string | null)[], compress: boolean): PageColumn {
  let room = 0;
  for (const value of values) room += 4 + (value === null ? 0 : value.length * UNIT_BYTES_MAX);
  const bytes = Buffer.allocUnsafe(room);
  let at = 0;
  for (const value of values) {
    if (value === null) continue;
    const length = bytes.write(value, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return { kind: "bytes", plain: bytes.subarray(0, at), compress, present: presence(values) };
}

/** Values that repeat. Where they turn out not to, they are written as {@link textColumn} writes them. */
export function wordColumn(values: readonly (string | null)[]): PageColumn {
  const places = new Uint32Array(values.length);
  const known = new Map<string, number>();
  let count = 0;
  let last: string | null = null;
  let lastPlace = 0;
  for (const value of values) {
    if (value === null) continue;
    if (value !== last) {
      const place = known.get(value);
      lastPlace = place ?? known.size;
      if (place === undefined) known.set(value, lastPlace);
      if (known.size > WORDS_MAX) return textColumn(values, true);
      last = value;
    }
    places[count++] = lastPlace;
  }
  return {
    kind: "words",
    words: Array.from(known.keys(), (word) => Buffer.from(word)),
    places: places.subarray(0, count),
    present: presence(values),
  };
}

/** `present` of a PageColumn: undefined where nothing is null. */
export function presence(values: readonly (string | number | null)[]): Uint8Array | undefined {
  if (!values.includes(null)) return undefined;
  const present = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) present[i] = values[i] === null ? 0 : 1;
  return present;
}
