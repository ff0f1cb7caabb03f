// Which reader reads which format. Each is loaded when it is needed: a scanning thread has one format, and the modules of the others would cost it a tenth of a second.
import type { Readers } from "./reader.ts";

export const READERS: Readers = {
  CSV: async () => (await import("../csv/reader.ts")).readCsv,
  Parquet: async () => (await import("../parquet/reader.ts")).readParquet,
  ORC: async () => (await import("../orc/report.ts")).readOrc,
};
