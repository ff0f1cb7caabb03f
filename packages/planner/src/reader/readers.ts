// Which reader reads which format.
import { readCsv } from "../csv/reader.ts";
import { readOrc } from "../orc/report.ts";
import { readParquet } from "../parquet/reader.ts";
import type { Readers } from "./reader.ts";

export const READERS: Readers = { CSV: readCsv, Parquet: readParquet, ORC: readOrc };
