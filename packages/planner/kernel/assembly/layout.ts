// Where things lie in the kernel's memory, in bytes. The kernel reads these numbers, and so does the reader on the other side (src/csv/kernel.ts repeats none of them).
// Up to 0x6000 are the tables of deflate's codes (deflate-codes.ts).

/** i32 column numbers within the report, -1 where it has no such column, in the order of COLUMN_ORDER; then the number of columns. */
export const CONFIG: i32 = 0x6400;
/** i32 where each field of the row begins, and FIELDS_MAX times 4 bytes further on where it ends. */
export const FIELDS: i32 = 0x6800;
export const FIELDS_MAX: i32 = 128;
/** i32 for each column of words: the cell that was last seen in it. */
export const WORD_HINTS: i32 = 0x6500;
/** A key while it is decoded. */
export const SCRATCH: i32 = 0x7000;
export const SCRATCH_BYTES: i32 = 0x4000;
/** Rows that need a closer look. */
export const RECORDS: i32 = 0xe000;
export const RECORD_BYTES: i32 = 88;
export const RECORDS_MAX: i32 = 2_048;
/** u8 for each distinct cell: what is known of it. */
export const FLAGS: i32 = 0x3e000;
export const CELLS_MAX: i32 = 16_384;
/** i32 for each distinct owner: the ACL that was last seen with it. */
export const HINTS: i32 = 0x46000;
/** For each distinct cell: address i32, length i32, hash i32, unused i32. */
export const CELLS: i32 = 0x56000;
/** i32 cell + 1 by hash; twice as many as cells. */
export const SLOTS: i32 = 0x96000;
export const SLOTS_COUNT: i32 = 32_768;
/** The bytes of the distinct cells. */
export const ARENA: i32 = 0xb6000;
export const ARENA_BYTES: i32 = 0x600000;
/** The last text before the text, as it was written. */
export const HISTORY: usize = 0x6b6000;
/** As far as deflate copies from. */
export const HISTORY_BYTES: usize = 0x8000;
/** HISTORY_BYTES of the text before, the report's text, and room behind it that may be read but means nothing. */
export const TEXT: usize = 0x6be000;
export const TEXT_BYTES: usize = 0x208000;
/** What is written beyond a limit: one copy, some literals, and what a copy of whole vectors writes too much. */
export const TEXT_SLACK: usize = 0x200;
/** The data file's bytes. */
export const INPUT: usize = 0x8c6000;
export const INPUT_BYTES: usize = 0x110000;
/** Behind them, read and not believed. */
export const INPUT_SLACK: usize = 0x40;
export const PAGES: i32 = 0x9e;
