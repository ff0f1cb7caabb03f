// One Snappy block at a time, in a memory of its own that becomes as large as the largest.
import { SLACK, uncompressBlock } from "./snappy-block";

const OUTPUT_ALIGN: usize = 64;

export const INPUT: usize = 64;

/** Where the output of a block of `inputBytes` begins; the memory is made large enough for `outputBytes`. 0: there is no such memory. */
export function reserve(inputBytes: usize, outputBytes: usize): usize {
  const output = (INPUT + inputBytes + SLACK + OUTPUT_ALIGN) & ~(OUTPUT_ALIGN - 1);
  const missing = ((output + outputBytes + SLACK + 0xffff) >> 16) - memory.size();
  if (<isize>missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return output;
}

/** Decompresses the block at INPUT to `output`. True where it becomes exactly `outputBytes`, as it says of itself too. */
export function uncompress(inputBytes: usize, output: usize, outputBytes: usize): bool {
  return uncompressBlock(INPUT, inputBytes, output, outputBytes);
}
