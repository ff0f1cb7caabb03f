// A limit on everything that grows, with its unit last in the name.

/** One read from disk. */
export const READ_BYTES = 1 << 20;
/** Text is read in pieces of about this size: it is still in a processor's own cache when its rows are looked for. */
export const INFLATED_PIECE_BYTES = 256 * 1024;
/** S3 writes 10 bytes. */
export const GZIP_HEADER_BYTES_MAX = 32 * 1024;
/** A CSV row longer than this is no inventory row: a key is at most 1,024 bytes and an ACL holds at most 100 grants. */
export const ROW_BYTES_MAX = 1 << 20;
/** Of a key, as S3 has it; and of a version ID or ETag, which are far shorter there. */
export const KEY_BYTES_MAX = 1_024;
export const ID_BYTES_MAX = 1_024;
/** Packed rows travel from a scanning thread in pieces of about this size. */
export const CHUNK_BYTES = 512 * 1024;
/** Pieces that a scanning thread may have under way before it waits. */
export const CHUNKS_UNDER_WAY_MAX = 8;
/** Pieces of files whose turn has not come are kept in memory up to this, and in a temporary file beyond it. */
export const WAITING_BYTES_MAX = 32 * 1024 * 1024;
/** Distinct ACL strings whose meaning a scanning thread remembers. */
export const ACL_CACHE_ENTRIES_MAX = 8_192;
/** A remote Parquet or ORC file, and a row group or stripe of a local one, is kept in memory up to this; what is larger is read by ranges. */
export const PARQUET_IN_MEMORY_BYTES_MAX = 48 * 1024 * 1024;
/** Faulty rows that one error names. */
export const ROWS_NAMED_MAX = 5;
/** Rows in one row group of a held/ file, and row groups in one such file. */
export const HELD_GROUP_ROWS_MAX = 10_000;
export const HELD_PART_GROUPS_MAX = 20;
/** Keys that the grants table names for one grantee and permission; beyond it only prefixes are named. */
export const GRANT_KEYS_MAX = 20;
/** Prefixes that it counts; beyond it none are. */
export const GRANT_PREFIXES_MAX = 200;
/** A bucket policy's size limit (domain.md 2.3). */
export const POLICY_BYTES_MAX = 20 * 1024;
/** Of a report, compressed, for each scanning thread. */
export const THREAD_BYTES_MIN = 2 << 20;
/** V8's young generation in a scanning thread. */
export const THREAD_NURSERY_MB_MAX = 8;
/** Answers of a kind that a listing's request takes before it gives up; it waits in between, twice as long each time. */
export const THROTTLED_ANSWERS_MAX = 40;
export const TRANSIENT_ANSWERS_MAX = 8;
export const EXPIRED_ANSWERS_MAX = 5;
export const LISTING_BACKOFF_MS = 100;
export const LISTING_BACKOFF_MS_MAX = 10_000;
/** Refusals in a row, from the first, after which an account is not asked for ACLs any more. */
export const ACL_REFUSALS_MAX = 50;
/** Rows in one data file of a report made by listing, and in memory at once, with the pages that they were cut from: some 100 MB. */
export const LISTED_FILE_ROWS_MAX = 100_000;

/** The last moment that a Date can be: epoch milliseconds. */
export const TIME_MS_MAX = 8.64e15;
