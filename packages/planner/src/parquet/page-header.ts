// What stands before each page: its kind, its sizes, how many values it has and how they are encoded (parquet-format, PageHeader).
import type { Fault } from "./fault.ts";
import { CompactReader, Cut, type Fields, Malformed } from "./thrift.ts";

export type PageEncoding =
  | "PLAIN"
  | "DICTIONARY"
  | "RLE"
  | "DELTA_BINARY_PACKED"
  | "DELTA_LENGTH_BYTE_ARRAY"
  | "DELTA_BYTE_ARRAY"
  | "BYTE_STREAM_SPLIT";

export interface PageHeader {
  readonly kind: "dictionary" | "data" | "data-v2" | "other";
  /** Where the body begins in the bytes that the header was parsed from. */
  readonly bodyAt: number;
  /** Bytes of the body, in the file and once decompressed; of a v2 page both count its levels. */
  readonly compressed: number;
  readonly uncompressed: number;
  /** Nulls included. */
  readonly values: number;
  readonly encoding: PageEncoding;
  /** v2 only: uncompressed levels at the body's beginning. */
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
  readonly isCompressed: boolean;
}

const DATA = 0;
const DICTIONARY = 2;
const DATA_V2 = 3;
/** parquet-format's numbers; 2 and 8 are both indexes into a dictionary, 4 (bit-packed levels) is never that of values. */
const ENCODINGS: readonly (PageEncoding | undefined)[] = [
  "PLAIN",
  undefined,
  "DICTIONARY",
  "RLE",
  undefined,
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "DICTIONARY",
  "BYTE_STREAM_SPLIT",
];
const RLE = 3;

/** Undefined where `bytes` end before the header does. Throws where they are no header. */
export function parsePageHeader(bytes: Uint8Array, at: number, fault: Fault): PageHeader | undefined {
  const reader = new CompactReader(bytes, at);
  try {
    return headerOf(reader.struct(), reader.at, fault);
  } catch (error) {
    if (error instanceof Cut) return undefined;
    if (error instanceof Malformed) throw fault(`has a page header that cannot be parsed (${error.message})`, error);
    throw error;
  }
}

function headerOf(header: Fields, bodyAt: number, fault: Fault): PageHeader {
  const size = (fields: Fields, field: number, what: string): number => {
    const value = fields.numbers.get(field);
    if (value === undefined || value < 0 || value > 0x7fff_ffff)
      throw fault(`has a page header with ${value ?? "no number"} as its ${what}`);
    return value;
  };
  const part = (field: number): Fields => {
    const fields = header.structs.get(field);
    if (fields === undefined) throw fault("has a page header without what its type asks for");
    return fields;
  };
  const encoding = (fields: Fields, field: number): PageEncoding => {
    const number = fields.numbers.get(field);
    const name = number === undefined ? undefined : ENCODINGS[number];
    if (name === undefined) throw fault(`has a page in the encoding ${number}, which is not known`);
    return name;
  };
  const type = header.numbers.get(1);
  const common = {
    bodyAt,
    uncompressed: size(header, 2, "uncompressed size"),
    compressed: size(header, 3, "compressed size"),
    repetitionBytes: 0,
    definitionBytes: 0,
    isCompressed: true,
  };
  if (type === DATA) {
    const data = part(5);
    const levels = data.numbers.get(3);
    if (levels !== undefined && levels !== RLE)
      throw fault(`has a page with levels in the encoding ${levels}, which nobody writes any more`);
    return { ...common, kind: "data", values: size(data, 1, "number of values"), encoding: encoding(data, 2) };
  }
  if (type === DICTIONARY) {
    const dictionary = part(7);
    return { ...common, kind: "dictionary", values: size(dictionary, 1, "number of values"), encoding: encoding(dictionary, 2) };
  }
  if (type === DATA_V2) {
    const data = part(8);
    const values = size(data, 1, "number of values");
    if (size(data, 3, "number of rows") !== values) throw fault("has a page with more or fewer values than rows");
    const definitionBytes = size(data, 5, "length of definition levels");
    const repetitionBytes = size(data, 6, "length of repetition levels");
    const levels = definitionBytes + repetitionBytes;
    if (levels > common.compressed || levels > common.uncompressed) throw fault("has a page whose levels are longer than itself");
    const isCompressed = data.numbers.get(7) !== 0;
    return { ...common, kind: "data-v2", values, encoding: encoding(data, 4), definitionBytes, repetitionBytes, isCompressed };
  }
  return { ...common, kind: "other", values: 0, encoding: "PLAIN" };
}
