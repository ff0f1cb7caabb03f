// Strings and binaries: one after another with their lengths, or as places in a dictionary of the stripe.
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams, Values } from "./column.ts";
import { Integers } from "./integers.ts";
import { BATCH_ROWS_MAX, STRINGS_BYTES_MAX } from "./limits.ts";
import { type DictionaryVector, type Presence, type Strings, type StringVector, spread } from "./vector.ts";

export class DirectStrings implements Values {
  readonly #lengths: Integers;
  readonly #data: ByteStream;

  constructor(streams: ColumnStreams) {
    this.#lengths = new Integers(streams.open("LENGTH"), streams.encoding, false, "length");
    this.#data = streams.open("DATA");
  }

  read(presence: Presence): StringVector {
    const { rows, nulls, present } = presence;
    const lengths = new Uint32Array(rows);
    this.#lengths.readUnsigned(lengths, 0, present);
    spread(lengths, presence, 0);
    return { kind: "strings", rows, nulls, ...takeStrings(this.#data, lengths) };
  }

  exhausted(): boolean {
    return this.#lengths.exhausted() && this.#data.exhausted();
  }
}

export class DictionaryStrings implements Values {
  readonly #streams: ColumnStreams;
  readonly #indexes: Integers;
  readonly #indexStream: ByteStream;
  #dictionary: Strings | undefined;

  constructor(streams: ColumnStreams) {
    this.#streams = streams;
    this.#indexStream = streams.open("DATA");
    this.#indexes = new Integers(this.#indexStream, streams.encoding, false, "place in the dictionary");
  }

  read(presence: Presence): DictionaryVector {
    const { rows, nulls, present } = presence;
    this.#dictionary ??= readDictionary(this.#streams);
    const size = this.#streams.encoding.dictionarySize;
    const indexes = new Uint32Array(rows);
    this.#indexes.readUnsigned(indexes, 0, present);
    for (let i = 0; i < present; i++) {
      if ((indexes[i] as number) >= size) throw this.#indexStream.fault(`has the place ${indexes[i]} in a dictionary of ${size} entries`);
    }
    spread(indexes, presence, size);
    return { kind: "dictionary", rows, nulls, dictionary: this.#dictionary, indexes };
  }

  exhausted(): boolean {
    return this.#indexes.exhausted();
  }
}

/** The stripe's distinct values, and an empty one behind them. */
export function readDictionary(streams: ColumnStreams): Strings {
  const size = streams.encoding.dictionarySize;
  const stream = streams.open("LENGTH");
  const lengths = new Integers(stream, streams.encoding, false, "length of a dictionary entry");
  // What the encoding says of the size is not believed by allocating for it.
  const parts: Uint32Array[] = [];
  for (let left = size; left > 0; ) {
    const part = new Uint32Array(Math.min(left, BATCH_ROWS_MAX));
    lengths.readUnsigned(part, 0, part.length);
    parts.push(part);
    left -= part.length;
  }
  // One more, which stays empty: the entry of rows without a value.
  const all = new Uint32Array(size + 1);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const data = streams.open("DICTIONARY_DATA");
  const dictionary = takeStrings(data, all);
  if (!lengths.exhausted()) throw stream.fault(`has more lengths than the dictionary's ${size} entries`);
  if (!data.exhausted()) throw data.fault("has more bytes than the dictionary's entries");
  return dictionary;
}

function takeStrings(data: ByteStream, lengths: Uint32Array): Strings {
  const offsets = new Uint32Array(lengths.length + 1);
  let total = 0;
  for (let i = 0; i < lengths.length; i++) {
    total += lengths[i] as number;
    offsets[i + 1] = total;
  }
  if (total > STRINGS_BYTES_MAX) throw data.fault(`would have ${total} bytes in ${lengths.length} strings`);
  return { bytes: data.take(total), offsets };
}
