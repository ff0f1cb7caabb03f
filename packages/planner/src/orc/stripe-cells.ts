// The columns of one stripe by our own names. Each is opened when it is first wanted: what nobody looks at is not even read from the file.
import type { DataFileInput } from "../reader/reader.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { Cursor } from "./cursor.ts";
import { DictionaryCursor } from "./dictionary-cursor.ts";
import { DirectCursor } from "./direct-cursor.ts";
import { OrcError } from "./error.ts";
import type { OrcFile } from "./file.ts";
import { BooleanCursor, NumberCursor, TimeCursor } from "./number-cursors.ts";
import type { Column, Kind } from "./schema.ts";
import type { Stripe } from "./stripe.ts";
import type { TextCursor } from "./text-cursor.ts";

const TEXTS: readonly Kind[] = ["string", "varchar", "char", "binary"];
/** Of all columns that are no text. */
const KINDS: Partial<Record<ColumnName, readonly Kind[]>> = {
  isLatest: ["boolean"],
  isDeleteMarker: ["boolean"],
  size: ["bigint", "int"],
  lastModified: ["timestamp", "timestamp with local time zone"],
};

/** The file's columns by our names. Throws where they are not those of the manifest's fileSchema, or not of their types. */
export function reportColumns(file: OrcFile, input: DataFileInput): Map<ColumnName, Column> {
  const columns = new Map<ColumnName, Column>();
  for (const name of Object.keys(input.columns.at) as ColumnName[]) {
    const [column] = file.columns([COLUMNS[name].parquet]);
    if (column === undefined) continue;
    const kinds = KINDS[name] ?? TEXTS;
    if (!kinds.includes(column.kind)) throw new OrcError(file.name, { column: column.name }, `is a ${column.type}, not a ${kinds[0]}`);
    columns.set(name, column);
  }
  return columns;
}

export class StripeCells {
  readonly rows: number;
  readonly #stripe: Stripe;
  readonly #columns: ReadonlyMap<ColumnName, Column>;
  readonly #texts = new Map<ColumnName, TextCursor>();
  readonly #numbers = new Map<ColumnName, NumberCursor | TimeCursor>();
  readonly #booleans = new Map<ColumnName, BooleanCursor>();
  readonly #opened: Cursor[] = [];
  readonly #closed: Set<ColumnName>;

  /** `columns`: those of the report. */
  constructor(stripe: Stripe, columns: ReadonlyMap<ColumnName, Column>) {
    this.rows = stripe.rows;
    this.#stripe = stripe;
    this.#columns = columns;
    this.#closed = new Set(columns.keys());
  }

  /** Opens those of the columns that the report has and that are not open. Rejects with OrcError. */
  async open(names: readonly ColumnName[]): Promise<void> {
    const wanted = names.filter((name) => this.#closed.delete(name));
    if (wanted.length === 0) return;
    const opened = await this.#stripe.streams(wanted.map((name) => this.#columns.get(name) as Column));
    for (const [i, streams] of opened.entries()) {
      const name = wanted[i] as ColumnName;
      const { rows } = this;
      const { kind } = streams.column;
      const add = <C extends Cursor>(to: Map<ColumnName, C>, cursor: C): void => {
        to.set(name, cursor);
        this.#opened.push(cursor);
      };
      if (kind === "boolean") add(this.#booleans, new BooleanCursor(streams, rows));
      else if (kind === "bigint" || kind === "int") add(this.#numbers, new NumberCursor(streams, rows));
      else if (!TEXTS.includes(kind)) add(this.#numbers, new TimeCursor(streams, rows));
      else if (streams.encoding.kind.startsWith("DICTIONARY")) add(this.#texts, new DictionaryCursor(streams, rows));
      else add(this.#texts, new DirectCursor(streams, rows));
    }
  }

  /** undefined: the report has no such column, or it is not open. The same for the others. */
  text(name: ColumnName): TextCursor | undefined {
    return this.#texts.get(name);
  }

  number(name: ColumnName): NumberCursor | TimeCursor | undefined {
    return this.#numbers.get(name);
  }

  boolean(name: ColumnName): BooleanCursor | undefined {
    return this.#booleans.get(name);
  }

  /** After the stripe's last row: throws where a column that was read to its end has more values than the stripe has rows. */
  finish(): void {
    for (const cursor of this.#opened) cursor.finish();
  }
}
