// A limit on everything that grows, with its unit last in the name.

/** Rows in one batch, which is one row group of a plan part and one job (design.md 3). */
export const BATCH_ROWS_MAX = 1_000;
/** Row groups in one plan part: keeps a part's footer small enough to be read at once. */
export const PART_BATCHES_MAX = 100;
/** A part is finished once it has this many bytes: the planner keeps one open for each account. */
export const PART_BYTES_MAX = 8 * 1024 * 1024;
/** CopyObject's limit; a larger object is copied in parts and is a batch alone (domain.md 4.5). */
export const COPY_OBJECT_BYTES_MAX = 5 * 1024 ** 3;
/** Grants that one ACL can hold (domain.md 3). */
export const ACL_GRANTS_MAX = 100;
/** A job is a pointer, never a payload. */
export const JOB_DATA_BYTES_MAX = 500;
/** A killed worker repeats at most this much (design.md 6). */
export const CHECKPOINT_INTERVAL_MS = 250;
