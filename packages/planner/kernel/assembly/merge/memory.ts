// Memory in blocks whose sizes are powers of two. What is given back is given out again, so lanes that outgrow their blocks leave them to others.

/** Behind every block: what a copy of sixteen bytes at a time may read or write beyond its end. */
export const SLACK: usize = 16;
/** Heads of the lists of free blocks, u32 by the power of two. */
const FREE: usize = 0x100;
const BITS_MIN: usize = 6;
const BITS_MAX: usize = 31;
const GROW_PAGES: i32 = 16;

let end: usize = 0x1000;

// For the lists.
memory.grow(1);

/** As a power of two, the block that holds so many bytes. */
// @ts-expect-error: a decorator of the compiler
@inline
export function bitsFor(bytes: usize): usize {
  const bits: usize = 32 - clz<u32>(<u32>(bytes + SLACK - 1));
  return bits < BITS_MIN ? BITS_MIN : bits;
}

/** 0: there is no such memory. */
export function allocate(bits: usize): usize {
  if (bits > BITS_MAX) return 0;
  const head = FREE + (bits << 2);
  const free: usize = load<u32>(head);
  if (free != 0) {
    store<u32>(head, load<u32>(free));
    return free;
  }
  const size: u64 = (<u64>1) << (<u64>bits);
  const pages = <i64>((<u64>end + size + 0xffff) >> 16);
  const missing = <i32>(pages - <i64>memory.size());
  if (missing > 0 && memory.grow(missing < GROW_PAGES ? GROW_PAGES : missing) < 0 && memory.grow(missing) < 0) return 0;
  const block = end;
  end += <usize>size;
  return block;
}

export function release(block: usize, bits: usize): void {
  const head = FREE + (bits << 2);
  store<u32>(block, load<u32>(head));
  store<u32>(head, <u32>block);
}
