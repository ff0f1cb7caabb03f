// An ORC file: opened by its end, then read stripe by stripe and column by column.
import type { ByteRanges } from "./byte-ranges.ts";
import { OrcError } from "./error.ts";
import { FileBytes } from "./file-bytes.ts";
import type { StripeInformation } from "./footer.ts";
import { BATCH_ROWS_MAX, STRIPE_ROWS_MAX } from "./limits.ts";
import type { Column } from "./schema.ts";
import { type ColumnStatistics, mayHold, type Predicate, parseMetadata } from "./statistics.ts";
import { openStripe, type Stripe } from "./stripe.ts";
import { readTail, type Tail } from "./tail.ts";
import type { Vector } from "./vector.ts";
import { joinVectors } from "./vector-join.ts";

/** The columns of a stretch of rows, in the order in which they were asked for. */
export interface ColumnVectors {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Vector>;
}

/** Opens a file whose bytes can be had by ranges; `name` is what errors call it. Rejects with OrcError where it cannot be read. */
export async function openOrc(source: ByteRanges, name: string): Promise<OrcFile> {
  const bytes = await FileBytes.open(source, name);
  return new OrcFile(bytes, await readTail(bytes));
}

export class OrcFile {
  readonly name: string;
  readonly rows: number;
  /** The columns of its rows, in their order. */
  readonly schema: readonly Column[];
  readonly stripes: readonly Pick<StripeInformation, "rows">[];
  readonly #bytes: FileBytes;
  readonly #tail: Tail;

  /** See {@link openOrc}. */
  constructor(bytes: FileBytes, tail: Tail) {
    this.name = bytes.name;
    this.rows = tail.footer.rows;
    this.schema = tail.columns;
    this.stripes = tail.footer.stripes;
    this.#bytes = bytes;
    this.#tail = tail;
  }

  /** The columns with these names. Throws OrcError where there is none with one of them. */
  columns(names: readonly string[]): Column[] {
    return names.map((name) => {
      const column = this.schema.find((candidate) => candidate.name === name);
      if (column === undefined) throw new OrcError(this.name, { column: name }, "there is no such column");
      return column;
    });
  }

  /** Where stripe `index`, from 0, lies: bytes [start, end) of the file, if the file's footer is right. */
  placeOf(index: number): { readonly start: number; readonly end: number } {
    const { offset, indexLength, dataLength, footerLength } = this.#tail.footer.stripes[index] as StripeInformation;
    return { start: offset, end: offset + indexLength + dataLength + footerLength };
  }

  /** Stripe `index`, from 0, with its footer read. Rejects with OrcError where that is damaged. */
  openStripe(index: number): Promise<Stripe> {
    return openStripe(this.#bytes, this.#tail, index);
  }

  /** All rows of a stripe in one piece, for stripes that fit memory; {@link openStripe} reads any stripe in stretches. Rejects with OrcError. */
  async readStripe(index: number, columns: readonly string[]): Promise<ColumnVectors> {
    const wanted = this.columns(columns);
    const stripe = await this.openStripe(index);
    const { rows } = stripe;
    if (rows > STRIPE_ROWS_MAX) {
      const reason = `has ${rows} rows, too many for one piece (${STRIPE_ROWS_MAX}); it can be read in stretches`;
      throw new OrcError(this.name, { stripe: index + 1 }, reason);
    }
    const vectors = new Map<string, Vector>();
    for (const reader of await stripe.open(wanted)) {
      const parts: Vector[] = [];
      do parts.push(reader.read(Math.min(reader.rowsLeft, BATCH_ROWS_MAX)));
      while (reader.rowsLeft > 0);
      vectors.set(reader.column.name, joinVectors(parts, this.name, { stripe: index + 1, column: reader.column.name }));
    }
    return { rows, columns: vectors };
  }

  /** The stripes, by index, that may hold a row that passes the test; the statistics rule out the others. Rejects with OrcError. */
  async stripesWith(predicate: Predicate): Promise<number[]> {
    const { id } = this.columns([predicate.column])[0] as Column;
    const statistics = await this.#statistics();
    return [...this.stripes.keys()].filter((index) =>
      mayHold(statistics[index]?.[id], (this.stripes[index] as StripeInformation).rows, predicate),
    );
  }

  async #statistics(): Promise<ColumnStatistics[][]> {
    const { bytes, fault } = await this.#tail.metadata();
    const statistics = parseMetadata(bytes, this.#tail.postScript.writerVersion, fault);
    if (statistics.length > 0 && statistics.length !== this.stripes.length)
      throw fault(`has statistics of ${statistics.length} stripes, but there are ${this.stripes.length}`);
    return statistics;
  }
}
