// The one way in which a Parquet data file is refused: the error names the file, the row group and the column.
import { PlanError } from "../error.ts";

/** Makes the error for what is wrong at a place that the maker knows; `reason` continues "the column key in row group 1 of 2 …". */
export type Fault = (reason: string, cause?: unknown) => PlanError;

export function corruptFile(key: string, what: string, cause?: unknown): PlanError {
  return new PlanError(
    "data-file-corrupt",
    `The data file ${key} cannot be read: ${what}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    cause === undefined ? undefined : { cause },
  );
}

/** `group`: from 0. */
export function faultIn(key: string, column: string, group: number, groups: number): Fault {
  return (reason, cause) => corruptFile(key, `the column ${column} in row group ${group + 1} of ${groups} ${reason}`, cause);
}
