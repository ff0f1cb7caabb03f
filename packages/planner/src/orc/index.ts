// The ORC reader: openOrc and what it gives.
export type { ByteRanges } from "./byte-ranges.ts";
export type { ColumnReader } from "./column.ts";
export { OrcError, type Place } from "./error.ts";
export { type ColumnVectors, type OrcFile, openOrc } from "./file.ts";
export { type Row, readRows, type Value } from "./rows.ts";
export type { Column, Kind } from "./schema.ts";
export type { Predicate } from "./statistics.ts";
export type { Stripe } from "./stripe.ts";
export type * from "./vector.ts";
