// A limit on everything that a damaged file could ask for, with its unit last in the name.

/** Read at once from the end of a file: postscript and footer lie there, and most often the metadata and all of a small file too. */
export const TAIL_BYTES = 64 * 1024;
/** Postscripts are shorter than this by the format: their length is one byte. */
export const POSTSCRIPT_BYTES_MAX = 255;
/** A compression chunk's length has 23 bits, so no writer can have blocks beyond this. */
export const BLOCK_BYTES_MAX = 1 << 23;
/** Footer, metadata or a stripe footer once decompressed. */
export const SECTION_BYTES_MAX = 256 * 1024 * 1024;
/** Types within types. */
export const SCHEMA_DEPTH_MAX = 64;
/** Rows that one read of a column gives; what a stripe says about its own rows is never believed by allocating for them. */
export const BATCH_ROWS_MAX = 65_536;
/** Rows that `readStripe` puts into one piece; a larger stripe is read in batches. */
export const STRIPE_ROWS_MAX = 1 << 25;
/** Bytes of one string column in one piece: offsets have 32 bits. */
export const STRINGS_BYTES_MAX = 2 ** 32 - 1;
