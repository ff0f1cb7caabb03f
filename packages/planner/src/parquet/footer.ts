// A data file's footer: which columns it has, of which types, and where each column chunk lies. hyparquet parses it; what it says is checked before anything is read by it.
import {
  type AsyncBuffer,
  type ColumnChunk,
  type ColumnMetaData,
  type CompressionCodec,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import { corruptFile, type Fault, faultIn } from "./fault.ts";

/** What a column's values are to planning. */
export type ColumnKind =
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  /** Numbers stay as they are with `perUnit` 1; times become milliseconds. */
  | { readonly kind: "number"; readonly type: "INT32" | "INT64" | "INT96"; readonly perUnit: 1 | 1_000 | 1_000_000 };

/** One column of one row group. */
export interface Chunk {
  readonly kind: ColumnKind;
  readonly optional: boolean;
  readonly codec: CompressionCodec;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly fault: Fault;
}

export interface RowGroup {
  readonly rows: number;
  /** All of its columns lie in bytes [start, end) of the file, if what the footer says is true; else the two are the same. */
  readonly start: number;
  readonly end: number;
  /** Undefined where the report has no such column. Throws PlanError where the footer says what cannot be. */
  chunk(name: ColumnName): Chunk | undefined;
}

/** Rejects with PlanError where the footer is damaged, or the file's columns are not those of its manifest or not of their types. */
export async function readFooter(file: AsyncBuffer, key: string, wanted: readonly ColumnName[]): Promise<readonly RowGroup[]> {
  let metadata: FileMetaData;
  let children: readonly { readonly element: SchemaElement; readonly children: readonly unknown[] }[];
  try {
    metadata = await parquetMetadataAsync(file, { geoparquet: false });
    children = parquetSchema(metadata).children;
  } catch (cause) {
    throw corruptFile(key, `its Parquet footer cannot be parsed (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  const columns = new Map<ColumnName, { readonly kind: ColumnKind; readonly optional: boolean }>();
  const missing: string[] = [];
  for (const name of wanted) {
    const column = children.find(({ element }) => element.name === COLUMNS[name].parquet);
    if (column === undefined) missing.push(COLUMNS[name].parquet);
    else
      columns.set(name, {
        kind: kindOf(name, column.element, column.children.length > 0, key),
        optional: column.element.repetition_type === "OPTIONAL",
      });
  }
  if (missing.length > 0) throw corruptFile(key, `it is not what its manifest's fileSchema says (no column ${missing.join(", ")})`);
  const groups = metadata.row_groups;
  return groups.map((group, index) => {
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0)
      throw corruptFile(key, `row group ${index + 1} of ${groups.length} says that it has ${rows} rows`);
    return {
      rows,
      ...spanOf(group.columns, file.byteLength),
      chunk(name) {
        const column = columns.get(name);
        if (column === undefined) return undefined;
        const fault = faultIn(key, COLUMNS[name].parquet, index, groups.length);
        return { ...column, rows, fault, ...placeOf(group.columns, COLUMNS[name].parquet, rows, file.byteLength, fault) };
      },
    };
  });
}

/** Whoever reads a column looks at its place again, and has the words for what is wrong with it. */
function spanOf(chunks: readonly ColumnChunk[], fileBytes: number): { start: number; end: number } {
  let start = fileBytes;
  let end = 0;
  for (const { meta_data: place } of chunks) {
    if (place === undefined) continue;
    const first = startOf(place);
    start = Math.min(start, first);
    end = Math.max(end, first + Number(place.total_compressed_size));
  }
  return start >= 0 && start < end && end <= fileBytes ? { start, end } : { start: 0, end: 0 };
}

function startOf(place: ColumnMetaData): number {
  const data = Number(place.data_page_offset);
  const dictionary = Number(place.dictionary_page_offset ?? 0n);
  return dictionary > 0 && dictionary < data ? dictionary : data;
}

function placeOf(
  chunks: readonly ColumnChunk[],
  name: string,
  rows: number,
  fileBytes: number,
  fault: Fault,
): Pick<Chunk, "codec" | "start" | "end"> {
  const chunk = chunks.find(({ meta_data }) => meta_data?.path_in_schema?.length === 1 && meta_data.path_in_schema[0] === name);
  const place = chunk?.meta_data;
  if (chunk === undefined || place === undefined) throw fault("is not there, or is encrypted");
  if (chunk.file_path !== undefined && chunk.file_path !== "") throw fault("lies in another file");
  if (Number(place.num_values) !== rows) throw fault(`has ${place.num_values} values for ${rows} rows`);
  const start = startOf(place);
  const end = start + Number(place.total_compressed_size);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > fileBytes)
    throw fault(`lies at bytes ${start} to ${end} of a file of ${fileBytes}`);
  return { codec: place.codec, start, end };
}

const BOOLEANS: readonly ColumnName[] = ["isLatest", "isDeleteMarker"];
const WHOLE_NUMBERS = /^U?INT_(32|64)$/;

function kindOf(name: ColumnName, element: SchemaElement, nested: boolean, key: string): ColumnKind {
  const { type, logical_type: logical, converted_type: converted } = element;
  const flat = !nested && element.repetition_type !== "REPEATED";
  if (name === "size") {
    const plain = (logical === undefined || logical.type === "INTEGER") && (converted === undefined || WHOLE_NUMBERS.test(converted));
    if (flat && plain && (type === "INT64" || type === "INT32")) return { kind: "number", type, perUnit: 1 };
  } else if (name === "lastModified") {
    if (flat && type === "INT96") return { kind: "number", type, perUnit: 1 };
    const perUnit = perMillisecond(element);
    if (flat && type === "INT64" && perUnit !== undefined) return { kind: "number", type, perUnit };
  } else if (BOOLEANS.includes(name)) {
    if (flat && type === "BOOLEAN") return { kind: "boolean" };
  } else if (flat && type === "BYTE_ARRAY" && logical?.type !== "DECIMAL") return { kind: "text" };
  const what = [type ?? "group", element.repetition_type?.toLowerCase(), converted ?? logical?.type].filter((word) => word !== undefined);
  throw corruptFile(key, `its column ${COLUMNS[name].parquet} is of a type that no inventory has (${what.join(", ")})`);
}

/** A number that says nothing of itself is taken for milliseconds, which is what S3 writes. */
function perMillisecond({ logical_type: logical, converted_type: converted }: SchemaElement): 1 | 1_000 | 1_000_000 | undefined {
  if (logical?.type === "TIMESTAMP") return logical.unit === "MILLIS" ? 1 : logical.unit === "MICROS" ? 1_000 : 1_000_000;
  if (logical !== undefined && logical.type !== "INTEGER") return undefined;
  if (converted === "TIMESTAMP_MICROS") return 1_000;
  return converted === undefined || converted === "TIMESTAMP_MILLIS" || converted === "INT_64" ? 1 : undefined;
}
