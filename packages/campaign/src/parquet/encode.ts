// Plain Parquet out: row groups given one by one as bytes, written into memory and handed over whole. Row groups are found by batch number and never by value,
// so there are no statistics: bounds of each column would cost more than writing it.
import { ByteOutput } from "./byte-output.ts";
import { type PageColumn, writeColumnPages } from "./pages.ts";
import { MAGIC, type RowGroupColumn, type TableColumn, writeRowGroup, writeTableEnd } from "./structures.ts";

/** Of one row group in the footer: some 90 bytes a column. */
const GROUP_BYTES_EXPECTED = 2_048;

export class TableEncoder {
  readonly #columns: readonly TableColumn[];
  readonly #groupColumns: readonly RowGroupColumn[];
  readonly #out: ByteOutput;
  readonly #groups = new ByteOutput(GROUP_BYTES_EXPECTED);
  #rowGroups = 0;
  #rows = 0;

  /** `room`: bytes made at once, or memory to begin with, so that a large table is not copied again and again while it grows. */
  constructor(columns: readonly TableColumn[], room: number | Uint8Array<ArrayBuffer> = 1_024) {
    this.#columns = columns;
    this.#groupColumns = columns.map(({ name, type }) => ({ name: Buffer.from(name), type }));
    this.#out = new ByteOutput(room);
    this.#out.uint32(MAGIC);
  }

  /** Appends one row group: a column for each column of the table, in its order. */
  pages(rows: number, data: readonly PageColumn[]): void {
    const columns = this.#columns;
    if (data.length !== columns.length) throw new Error(`a row group of ${columns.length} columns was given ${data.length}`);
    const chunks = data.map((column, i) => writeColumnPages(this.#out, (columns[i] as TableColumn).nullable, rows, column));
    writeRowGroup(this.#groups, this.#groupColumns, rows, chunks);
    this.#rows += rows;
    this.#rowGroups++;
  }

  get rowGroups(): number {
    return this.#rowGroups;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#out.length;
  }

  /** The whole file, with these entries in its footer. The encoder cannot be used after it. */
  finish(metadata: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    writeTableEnd(this.#out, {
      columns: this.#columns,
      rows: this.#rows,
      groups: this.#rowGroups,
      groupBytes: this.#groups.written,
      metadata,
      createdBy: "quitclaim",
    });
    return this.#out.written;
  }
}
