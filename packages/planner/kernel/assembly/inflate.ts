// Raw deflate, a whole stream at a time. Whatever is odd gives -1, and others have the words.

import { BLOCK_END, firstUntaken, readBlock, readCodes, readHead, startAt, status } from "./deflate-block";
import { TABLES_END } from "./deflate-codes";

export const INPUT: usize = TABLES_END;
/** What is read or written beyond the end of input and output. */
const SLACK: usize = 64;

/** Where the output of `inputBytes` at INPUT begins; the memory is made large enough for `outputBytes`. 0: there is no such memory. */
export function reserve(inputBytes: usize, outputBytes: usize): usize {
  const output = (INPUT + inputBytes + SLACK + 63) & ~63;
  const missing = ((output + outputBytes + SLACK + 0xffff) >> 16) - memory.size();
  if (<isize>missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return output;
}

/** Decompresses the bytes at INPUT to `output`: how many they become, or -1 where they are damaged, or become more than `outputMax`. */
export function inflate(inputBytes: usize, output: usize, outputMax: usize): i32 {
  const end = INPUT + inputBytes;
  const outputEnd = output + outputMax;
  let to = output;
  startAt(INPUT);
  for (let last = false; !last; ) {
    const head = readHead();
    last = (head & 1) != 0;
    const kind = head >> 1;
    if (kind == 0) {
      // It begins at a whole byte.
      let from = firstUntaken();
      if (from + 4 > end) return -1;
      const length = <usize>load<u16>(from);
      if ((length ^ <usize>load<u16>(from + 2)) != 0xffff) return -1;
      from += 4;
      if (length > end - from || length > outputEnd - to) return -1;
      memory.copy(to, from, length);
      startAt(from + length);
      to += length;
      continue;
    }
    if (!readCodes(kind, end)) return -1;
    to = readBlock(end + 8, output, to, outputEnd, outputEnd);
    if (status != BLOCK_END || to > outputEnd) return -1;
  }
  // What was read ahead was not all taken.
  if (firstUntaken() > end) return -1;
  return <i32>(to - output);
}
