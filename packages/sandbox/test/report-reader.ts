/** Reads inventory reports for tests, with code of its own: a CSV parser by the letter, and hyparquet. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** One row with Parquet's column names; absent values are null, times ISO 8601, sizes numbers. */
export type ReportRow = Record<string, string | number | boolean | null>;

export interface Manifest {
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  readonly version: string;
  readonly creationTimestamp: string;
  readonly fileFormat: string;
  readonly fileSchema: string;
  readonly files: readonly { readonly key: string; readonly size: number; readonly MD5checksum: string }[];
}

export interface Report {
  readonly manifest: Manifest;
  readonly rows: ReportRow[];
}

/** Fetches an object of the destination bucket. */
export type Fetch = (key: string) => Promise<Buffer> | Buffer;

/** Reads a whole report, checking every checksum on the way. */
export async function readReport(address: string, fetch: Fetch): Promise<Report> {
  const [, key = ""] = /^s3:\/\/[^/]+\/(.+)$/.exec(address) ?? [];
  const bytes = await fetch(key);
  const checksum = (await fetch(key.replace(/manifest\.json$/, "manifest.checksum"))).toString();
  if (checksum !== md5(bytes)) throw new Error(`manifest.checksum says ${checksum}, the manifest is ${md5(bytes)}`);
  const manifest = JSON.parse(bytes.toString()) as Manifest;
  const rows: ReportRow[] = [];
  for (const file of manifest.files) {
    const data = await fetch(file.key);
    if (data.length !== file.size || md5(data) !== file.MD5checksum) throw new Error(`${file.key} is not the file of the manifest`);
    rows.push(...(manifest.fileFormat === "CSV" ? csvRows(data, manifest.fileSchema) : await parquetRows(data)));
  }
  return { manifest, rows };
}

function md5(data: Buffer): string {
  return createHash("md5").update(data).digest("hex");
}

async function parquetRows(data: Buffer): Promise<ReportRow[]> {
  const file = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  const root = parquetMetadata(file).schema[0]?.name;
  if (root !== "s3.inventory") throw new Error(`the message is called ${root}`);
  const rows = await parquetReadObjects({ file, compressors });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        value instanceof Date
          ? value.toISOString()
          : typeof value === "bigint"
            ? Number(value)
            : ((value ?? null) as string | boolean | null),
      ]),
    ),
  );
}

const snake = (name: string): string => (name === "ETag" ? "e_tag" : name.replace(/(?<=[a-z])([A-Z])/g, "_$1").toLowerCase());

function csvRows(data: Buffer, schema: string): ReportRow[] {
  const names = schema.split(", ").map(snake);
  const text = gunzipSync(data).toString("utf8");
  if (text !== "" && !text.endsWith('"\n')) throw new Error("the last row does not end in a quote and LF");
  return parse(text).map((cells) => {
    if (cells.length !== names.length) throw new Error(`a row has ${cells.length} cells, the schema ${names.length}`);
    return Object.fromEntries(names.map((name, index) => [name, typed(name, cells[index] ?? "")]));
  });
}

function typed(name: string, cell: string): string | number | boolean | null {
  if (cell === "") return null;
  if (name === "key") return decodeURIComponent(cell.replace(/\+/g, "%20"));
  if (name === "size") return Number(cell);
  if (name.startsWith("is_")) {
    if (cell !== "true" && cell !== "false") throw new Error(`${name} is ${cell}`);
    return cell === "true";
  }
  return cell;
}

/** Character by character; every cell must be quoted. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] !== '"') throw new Error(`an unquoted cell at ${at}: ${text.slice(at, at + 40)}`);
    let cell = "";
    for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
      if (at >= text.length) throw new Error("a cell does not end");
      cell += text[at];
      if (text[at] === '"') at++;
    }
    row.push(cell);
    at++;
    if (text[at] === "\n") {
      rows.push(row);
      row = [];
    } else if (text[at] !== ",") {
      throw new Error(`neither comma nor LF after a cell at ${at}`);
    }
    at++;
  }
  return rows;
}
