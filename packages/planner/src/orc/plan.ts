// What has to be read of a stripe for some of its columns: pure, so that reading is nothing but carrying it out.
import type { Column } from "./schema.ts";
import type { Encoding, Stream, StreamKind, StripeFooter } from "./stripe-footer.ts";

/** Bytes [start, end) of the file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface ColumnPlan {
  readonly column: Column;
  readonly encoding: Encoding;
  readonly streams: ReadonlyMap<StreamKind, Stream>;
}

export interface StripePlan {
  readonly columns: readonly ColumnPlan[];
  /** In file order; streams that lie side by side are one range. */
  readonly ranges: readonly Range[];
}

/** Streams that speed up the search for rows and hold none, and those that nobody here knows. */
const UNREAD = new Set<StreamKind>(["ROW_INDEX", "BLOOM_FILTER", "BLOOM_FILTER_UTF8", "other"]);

export function planColumns(footer: StripeFooter, columns: readonly Column[]): StripePlan {
  const plans = columns.map((column): ColumnPlan => {
    const streams = footer.streams.filter((stream) => stream.column === column.id && !UNREAD.has(stream.kind));
    return {
      column,
      encoding: footer.encodings[column.id] as Encoding,
      streams: new Map(streams.map((stream) => [stream.kind, stream])),
    };
  });
  const wanted = plans.flatMap(({ streams }) => [...streams.values()]).sort((a, b) => a.start - b.start);
  const ranges: { start: number; end: number }[] = [];
  for (const { start, end } of wanted) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return { columns: plans, ranges };
}
