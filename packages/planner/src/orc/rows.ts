// Rows as objects: for tests and for looking into a file. The planner reads vectors.
import type { OrcFile } from "./file.ts";
import { dateText, decimalText, timestampText } from "./text.ts";
import type { Vector } from "./vector.ts";

/** Text for strings, times, dates and decimals; bytes for binaries; a bigint where a number would not be exact. */
export type Value = string | number | bigint | boolean | Uint8Array | null;
export type Row = Record<string, Value>;

/** All rows, with the columns of these names or with all of them. Rejects with OrcError. */
export async function readRows(file: OrcFile, names = file.schema.map((column) => column.name)): Promise<Row[]> {
  const rows: Row[] = [];
  for (const index of file.stripes.keys()) for await (const row of stripeRows(file, index, names)) rows.push(row);
  return rows;
}

async function* stripeRows(file: OrcFile, index: number, names: readonly string[]): AsyncGenerator<Row> {
  const stripe = await file.readStripe(index, names);
  const columns = file.columns(names).map((column) => {
    const vector = stripe.columns.get(column.name) as Vector;
    return { name: column.name, value: valuesOf(vector, column.kind === "date", column.kind === "binary") };
  });
  for (let i = 0; i < stripe.rows; i++) yield Object.fromEntries(columns.map(({ name, value }) => [name, value(i)]));
}

function valuesOf(vector: Vector, isDate: boolean, isBinary: boolean): (i: number) => Value {
  const { nulls } = vector;
  const present = presentValues(vector, isDate, isBinary);
  return (i) => (nulls?.[i] === 1 ? null : present(i));
}

function presentValues(vector: Vector, isDate: boolean, isBinary: boolean): (i: number) => Value {
  switch (vector.kind) {
    case "strings":
      return (i) => cell(vector.bytes, vector.offsets, i, isBinary);
    case "dictionary":
      return (i) => cell(vector.dictionary.bytes, vector.dictionary.offsets, vector.indexes[i] as number, isBinary);
    case "booleans":
      return (i) => vector.values[i] === 1;
    case "ints":
      return (i) => (isDate ? dateText(vector.values[i] as number) : (vector.values[i] as number));
    case "longs":
    case "doubles":
      return (i) => vector.values[i] as number | bigint;
    case "timestamps":
      return (i) => timestampText(vector.seconds[i] as number, vector.nanos[i] as number);
    case "decimals":
      return (i) => decimalText(vector.unscaled[i] as bigint, vector.scales[i] as number);
  }
}

function cell(bytes: Uint8Array, offsets: Uint32Array, i: number, isBinary: boolean): string | Uint8Array {
  const slice = bytes.subarray(offsets[i], offsets[i + 1]);
  return isBinary ? slice : Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString();
}
