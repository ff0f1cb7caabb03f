// What the merge and its scanning threads say to each other. Only plain data crosses; the records of chunks lie in memory that all share.
import type { DecisionSettings } from "../decide/settings.ts";
import type { ReportColumns } from "../source/columns.ts";
import type { DataFile, ReportFormat } from "../source/manifest.ts";
import type { DataLocation } from "../source/source.ts";
import type { Chunk } from "./pack.ts";
import type { Tally } from "./tally.ts";
import type { Wanted, WitnessedVersion } from "./witness.ts";

/** Given to a thread when it starts. */
export interface ThreadJob {
  readonly settings: DecisionSettings;
  readonly format: ReportFormat;
  readonly columns: ReportColumns;
  /** Of {@link Slots}. */
  readonly slots: SharedArrayBuffer;
  /** Only this object is looked for, and nothing is planned. */
  readonly wanted?: Wanted | undefined;
}

export type ToThread =
  | { readonly say: "scan"; readonly index: number; readonly file: DataFile; readonly location: DataLocation }
  /** One chunk was taken. */
  | { readonly say: "taken" }
  /** The next bytes of the remote object that was asked for; undefined at its end. */
  | { readonly say: "bytes"; readonly bytes: Uint8Array | undefined }
  | { readonly say: "no-bytes"; readonly error: ThreadError };

export interface ThreadError {
  readonly name: string;
  readonly message: string;
  /** A PlanErrorCode where the name is PlanError; else what node says. */
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  readonly path: string | undefined;
  readonly stack: string | undefined;
}

export interface FileResult {
  readonly tally: Tally;
  readonly rows: number;
  readonly notes: readonly string[];
  /** What was found of the wanted object. */
  readonly witnessed: readonly WitnessedVersion[];
}

export type FromThread =
  | { readonly say: "chunk"; readonly chunk: Chunk }
  | { readonly say: "progress"; readonly bytes: number; readonly rows: number }
  /** Begin to read a remote object (with its URL), or go on with it. */
  | { readonly say: "pull"; readonly url?: string }
  | { readonly say: "done"; readonly result: FileResult }
  | { readonly say: "failed"; readonly error: ThreadError };
