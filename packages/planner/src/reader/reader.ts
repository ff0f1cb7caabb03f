// What a report format has to offer: its data files' rows, one file at a time, handed to the triage. There is one reader for each format.

import type { Triage } from "../scan/triage.ts";
import type { ReportColumns } from "../source/columns.ts";
import type { DataFile, ReportFormat } from "../source/manifest.ts";
import type { DataLocation, ObjectReader } from "../source/source.ts";

export interface DataFileInput {
  readonly file: DataFile;
  readonly location: DataLocation;
  /** Reads `location` where it is remote. */
  readonly remote: Pick<ObjectReader, "read">;
  readonly columns: ReportColumns;
  /** `bucket` cells must say this. */
  readonly bucket: string;
  /** Called now and then with compressed bytes read and rows seen so far. */
  readonly progress: (bytes: number, rows: number) => void;
  /** Resolves when there is room for more chunks; called between rows, often. */
  readonly room: () => Promise<void>;
}

/** Hands every row of the file to the triage, in file order. Rejects with PlanError naming the file, and the place in it, where it cannot be trusted. */
export type ReportReader = (input: DataFileInput, triage: Triage) => Promise<void>;

export type Readers = { readonly [format in ReportFormat]: () => Promise<ReportReader> };
