// One stripe: its footer has been read, its columns are read when they are asked for.
import { ByteStream, type StreamBytes } from "./byte-stream.ts";
import { ColumnReader, type ColumnStreams } from "./column.ts";
import { faultAt } from "./error.ts";
import type { FileBytes } from "./file-bytes.ts";
import { BATCH_ROWS_MAX } from "./limits.ts";
import { type ColumnPlan, planColumns } from "./plan.ts";
import type { Compression } from "./postscript.ts";
import { Present } from "./present.ts";
import type { Column } from "./schema.ts";
import { parseStripeFooter, type Stream, type StripeFooter } from "./stripe-footer.ts";
import type { Tail } from "./tail.ts";

/** `index`: from 0. Rejects with OrcError where the stripe's footer is damaged. */
export async function openStripe(file: FileBytes, { footer, postScript }: Tail, index: number): Promise<Stripe> {
  const { compression } = postScript;
  const information = footer.stripes[index];
  if (information === undefined) throw new RangeError(`stripe ${index} of ${footer.stripes.length} was asked for`);
  const number = index + 1;
  const start = information.offset + information.indexLength + information.dataLength;
  const place = { stripe: number, stream: "stripe footer" };
  const { bytes, fault } = await file.section(start, start + information.footerLength, compression, place);
  const stripeFooter = parseStripeFooter(bytes, information, footer.types.length, fault);
  const stripe = new Stripe({ file, number, rows: information.rows, footer: stripeFooter, compression });
  if (footer.types[0]?.kind === "struct") await stripe.assertNoNullRows();
  return stripe;
}

interface StripeSource {
  readonly file: FileBytes;
  /** From 1. */
  readonly number: number;
  readonly rows: number;
  readonly footer: StripeFooter;
  readonly compression: Compression;
}

/** The struct that a row is. */
const ROOT: Column = { name: "(the row itself)", id: 0, kind: "struct", type: "struct" };

export class Stripe {
  readonly rows: number;
  readonly #source: StripeSource;

  /** See {@link openStripe}. */
  constructor(source: StripeSource) {
    this.rows = source.rows;
    this.#source = source;
  }

  /** A reader for each of `columns`, at the stripe's first row. Only these columns' streams are read from the file. Rejects with OrcError. */
  async open(columns: readonly Column[]): Promise<ColumnReader[]> {
    return (await this.#open(columns)).map((streams) => new ColumnReader(streams, this.rows));
  }

  /** Some writers say of the row itself whether it is there; values of rows that are not would be missing from all columns. */
  async assertNoNullRows(): Promise<void> {
    const [root] = await this.#open([ROOT]);
    if (root?.has("PRESENT") !== true) return;
    const present = new Present(root.open("PRESENT"));
    for (let left = this.rows; left > 0; left -= BATCH_ROWS_MAX) {
      if (present.read(Math.min(left, BATCH_ROWS_MAX)).nulls === undefined) continue;
      throw root.fault("is null in some rows, which cannot be read; S3 Inventory has no such rows");
    }
  }

  /** The streams of a column, each of which is read when it is first needed: of a file whose bytes can be had at once. */
  later(column: Column): ColumnStreams {
    const { file, number, footer } = this.#source;
    const [plan] = planColumns(footer, [column]).columns as [ColumnPlan];
    return this.#streams(plan, (stream) => {
      if (stream === undefined) return NO_STREAM;
      const { start, end } = stream;
      return { bytes: () => file.readNow(start, end, { stripe: number, column: column.name, stream: stream.kind }), offset: start };
    });
  }

  async #open(columns: readonly Column[]): Promise<ColumnStreams[]> {
    const { file, number, footer } = this.#source;
    const plan = planColumns(footer, columns);
    const pieces: Piece[] = [];
    for (const { start, end } of plan.ranges) pieces.push({ start, end, bytes: await file.read(start, end, { stripe: number }) });
    return plan.columns.map((column) => this.#streams(column, (stream) => bytesOf(stream, pieces)));
  }

  #streams({ column, encoding, streams }: ColumnPlan, bytesOf: (stream: Stream | undefined) => StreamBytes): ColumnStreams {
    const { file, number, footer, compression } = this.#source;
    const place = { stripe: number, column: column.name };
    return {
      column,
      encoding,
      writerTimezone: footer.writerTimezone,
      has: (kind) => streams.has(kind),
      open: (kind, room) => new ByteStream(bytesOf(streams.get(kind)), compression, file.name, { ...place, stream: kind }, room),
      fault: faultAt(file.name, place),
    };
  }
}

const NO_STREAM: StreamBytes = { bytes: undefined, offset: 0 };

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

function bytesOf(stream: Stream | undefined, pieces: readonly Piece[]): StreamBytes {
  if (stream === undefined) return NO_STREAM;
  const piece = pieces.find(({ start, end }) => start <= stream.start && stream.end <= end) as Piece;
  return { bytes: piece.bytes.subarray(stream.start - piece.start, stream.end - piece.start), offset: stream.start };
}
