// A column of one stripe, read from its first row to its last in stretches of any length.
import type { Room } from "../columnar/room.ts";
import type { ByteStream } from "./byte-stream.ts";
import { Decimals } from "./decimals.ts";
import type { Fault } from "./error.ts";
import { BATCH_ROWS_MAX } from "./limits.ts";
import { Booleans, Bytes, Doubles, Ints, Longs } from "./numbers.ts";
import { Present } from "./present.ts";
import type { Column } from "./schema.ts";
import { DictionaryStrings, DirectStrings } from "./strings.ts";
import type { Encoding, StreamKind } from "./stripe-footer.ts";
import { Timestamps } from "./timestamps.ts";
import type { Presence, Vector } from "./vector.ts";

/** A column's encoding, and its streams by kind; one that the stripe does not have is an empty one that says so when it is read. */
export interface ColumnStreams {
  readonly column: Column;
  readonly encoding: Encoding;
  readonly writerTimezone: string;
  has(kind: StreamKind): boolean;
  /** `room`: see {@link ByteStream}. */
  open(kind: StreamKind, room?: Room): ByteStream;
  /** For what is wrong with the column as a whole. */
  readonly fault: Fault;
}

/** The decoder of a column's values; rows without one are not in its streams. */
export interface Values {
  read(presence: Presence): Vector;
  /** Whether every value was read. */
  exhausted(): boolean;
}

export class ColumnReader {
  readonly column: Column;
  /** Rows of the stripe that were not read yet. */
  rowsLeft: number;
  readonly #present: Present;
  readonly #values: Values;
  readonly #fault: Fault;

  /** Throws where the column is of a type, or in an encoding, that cannot be read. */
  constructor(streams: ColumnStreams, rows: number) {
    this.column = streams.column;
    this.rowsLeft = rows;
    this.#present = new Present(streams.has("PRESENT") ? streams.open("PRESENT") : undefined);
    this.#values = valuesOf(streams);
    this.#fault = streams.fault;
  }

  /** The next `rows` rows, at most 65,536. Throws OrcError where they cannot be had, or where the stripe's last row has been read and values are left over. */
  read(rows: number): Vector {
    if (!(Number.isSafeInteger(rows) && rows >= 0 && rows <= Math.min(this.rowsLeft, BATCH_ROWS_MAX)))
      throw new RangeError(
        `${rows} rows of column ${this.column.name} were asked for; ${this.rowsLeft} are left, and ${BATCH_ROWS_MAX} can be read at once`,
      );
    const vector = this.#values.read(this.#present.read(rows));
    this.rowsLeft -= rows;
    if (this.rowsLeft === 0 && !(this.#present.exhausted() && this.#values.exhausted()))
      throw this.#fault("has more values than the stripe has rows");
    return vector;
  }

  /** Steps over the next `rows` rows. */
  skip(rows: number): void {
    for (let left = rows; left > 0; left -= BATCH_ROWS_MAX) this.read(Math.min(left, BATCH_ROWS_MAX));
  }
}

function valuesOf(streams: ColumnStreams): Values {
  const { column, encoding, fault } = streams;
  const { kind } = column;
  const isString = kind === "string" || kind === "varchar" || kind === "char";
  if (encoding.kind.startsWith("DICTIONARY")) {
    if (isString) return new DictionaryStrings(streams);
    throw fault(`is a ${column.type} in the encoding ${encoding.kind}, which it cannot be`);
  }
  if (isString || kind === "binary") return new DirectStrings(streams);
  if (kind === "boolean") return new Booleans(streams);
  if (kind === "tinyint") return new Bytes(streams);
  if (kind === "smallint") return new Ints(streams, 16);
  if (kind === "int" || kind === "date") return new Ints(streams, 32);
  if (kind === "bigint") return new Longs(streams);
  if (kind === "float") return new Doubles(streams, 4);
  if (kind === "double") return new Doubles(streams, 8);
  if (kind === "decimal") return new Decimals(streams);
  if (kind === "timestamp" || kind === "timestamp with local time zone") return new Timestamps(streams);
  throw fault(`is of the nested type ${column.type}, whose values cannot be read; the file's other columns can`);
}
