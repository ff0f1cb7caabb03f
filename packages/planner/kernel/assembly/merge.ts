// The merge's kernel: chunks of packed records in, the pages of full batches out. The records of every lane lie in its memory.
export { aloneIn, aloneShape, clear, DONE, lane, NO_MEMORY, room, rowsOf, seen, seenCount, shapesRoom, take } from "./merge/lanes";
export { COLUMNS, layOut, places, words } from "./merge/pages";
