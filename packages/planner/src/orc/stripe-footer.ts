// A stripe's footer: its streams in the order in which they lie in the stripe, how each column is encoded, and the time zone of its timestamps.
import type { Fault } from "./error.ts";
import type { StripeInformation } from "./footer.ts";
import { Message } from "./protobuf.ts";

const STREAM_KINDS = [
  "PRESENT",
  "DATA",
  "LENGTH",
  "DICTIONARY_DATA",
  "DICTIONARY_COUNT",
  "SECONDARY",
  "ROW_INDEX",
  "BLOOM_FILTER",
  "BLOOM_FILTER_UTF8",
] as const;
/** "other": of a kind that is not known here, to be passed over as the format wants it. */
export type StreamKind = (typeof STREAM_KINDS)[number] | "other";

/** Bytes [start, end) of the file. */
export interface Stream {
  readonly kind: StreamKind;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

const ENCODINGS = ["DIRECT", "DICTIONARY", "DIRECT_V2", "DICTIONARY_V2"] as const;

export interface Encoding {
  readonly kind: (typeof ENCODINGS)[number];
  readonly dictionarySize: number;
}

export interface StripeFooter {
  readonly streams: readonly Stream[];
  /** By column number. */
  readonly encodings: readonly Encoding[];
  /** Empty where the writer did not say. */
  readonly writerTimezone: string;
}

/** `columns`: how many the type tree has, the nodes above others included. */
export function parseStripeFooter(bytes: Uint8Array, stripe: StripeInformation, columns: number, fault: Fault): StripeFooter {
  const message = new Message(bytes, fault);
  const streams: Stream[] = [];
  const encodings: Encoding[] = [];
  let writerTimezone = "";
  let at = stripe.offset;
  while (message.next()) {
    if (message.field === 1) {
      const stream = parseStream(message.message(), at);
      at = stream.end;
      streams.push(stream);
    } else if (message.field === 2) encodings.push(parseEncoding(message.message(), fault));
    else if (message.field === 3) writerTimezone = message.text();
    else if (message.field === 4) throw fault("says that columns are encrypted, which cannot be read; S3 Inventory does not do that");
  }
  if (encodings.length !== columns) throw fault(`has encodings for ${encodings.length} columns, but there are ${columns}`);
  const length = at - stripe.offset;
  if (length !== stripe.indexLength + stripe.dataLength)
    throw fault(`has streams of ${length} bytes together, but the stripe has ${stripe.indexLength + stripe.dataLength}`);
  const seen = new Set<string>();
  for (const { kind, column } of streams) {
    if (column >= columns) throw fault(`has a stream of column ${column}, but there are only ${columns}`);
    if (kind === "other") continue;
    const name = `${kind} ${column}`;
    if (seen.has(name)) throw fault(`has two streams ${kind} of column ${column}`);
    seen.add(name);
  }
  return { streams, encodings, writerTimezone };
}

function parseStream(message: Message, start: number): Stream {
  let kind = 0;
  let column = 0;
  let length = 0;
  while (message.next()) {
    if (message.field === 1) kind = message.uint();
    else if (message.field === 2) column = message.uint();
    else if (message.field === 3) length = message.uint();
  }
  return { kind: STREAM_KINDS[kind] ?? "other", column, start, end: start + length };
}

function parseEncoding(message: Message, fault: Fault): Encoding {
  let kind = 0;
  let dictionarySize = 0;
  while (message.next()) {
    if (message.field === 1) kind = message.uint();
    else if (message.field === 2) dictionarySize = message.uint();
  }
  const name = ENCODINGS[kind];
  if (name === undefined) throw fault(`has a column of the encoding number ${kind}, which is not known`);
  return { kind: name, dictionarySize };
}
