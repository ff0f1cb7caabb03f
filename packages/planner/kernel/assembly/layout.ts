// Where things lie in the kernel's memory, in bytes. The kernel reads these numbers, and so does the reader on the other side (src/csv/kernel.ts repeats none of them).

/** i32 column numbers within the report, -1 where it has no such column, in the order of COLUMN_ORDER; then the number of columns. */
export const CONFIG: i32 = 0x400;
/** i32 where each field of the row begins, and FIELDS_MAX times 4 bytes further on where it ends. */
export const FIELDS: i32 = 0x800;
export const FIELDS_MAX: i32 = 128;
/** i32 for each column of words: the cell that was last seen in it. */
export const WORD_HINTS: i32 = 0x500;
/** A key while it is decoded. */
export const SCRATCH: i32 = 0x1000;
export const SCRATCH_BYTES: i32 = 0x4000;
/** Rows that need a closer look. */
export const RECORDS: i32 = 0x8000;
export const RECORD_BYTES: i32 = 88;
export const RECORDS_MAX: i32 = 2_048;
/** u8 for each distinct cell: what is known of it. */
export const FLAGS: i32 = 0x38000;
export const CELLS_MAX: i32 = 16_384;
/** i32 for each distinct owner: the ACL that was last seen with it. */
export const HINTS: i32 = 0x40000;
/** For each distinct cell: address i32, length i32, hash i32, unused i32. */
export const CELLS: i32 = 0x50000;
/** i32 cell + 1 by hash; twice as many as cells. */
export const SLOTS: i32 = 0x90000;
export const SLOTS_COUNT: i32 = 32_768;
/** The bytes of the distinct cells. */
export const ARENA: i32 = 0xb0000;
export const ARENA_BYTES: i32 = 0x600000;
/** The report's text, and room behind it that may be read but means nothing. */
export const TEXT: i32 = 0x6b0000;
export const TEXT_BYTES: i32 = 0x200080;
export const PAGES: i32 = 0x8c;
