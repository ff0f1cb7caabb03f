// Snappy's raw block format (github.com/google/snappy, format_description.txt): literals, and copies of what was already written. Pieces of up to 64 bytes are moved
// sixteen at a time, past their end and without a look at how many they need; what stands behind the end is written over, or is the slack behind the output. Every length
// and distance is checked before it is believed.

/** What is read or written beyond the end of input and output: a piece of 64 bytes. */
export const SLACK: usize = 64;

/** Sixteen bytes after sixteen bytes, at least `length` of them and at most 64: `from` may overlap `to` where it lies sixteen bytes or more before it. */
// @ts-expect-error: a decorator of the compiler
@inline
function move(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to + 16, v128.load(from + 16));
  if (length <= 32) return;
  v128.store(to + 32, v128.load(from + 32));
  v128.store(to + 48, v128.load(from + 48));
}

/** Decompresses the block at `input` to `output`. True where it becomes exactly `outputBytes`, as it says of itself too. */
export function uncompressBlock(input: usize, inputBytes: usize, output: usize, outputBytes: usize): bool {
  let from = input;
  const end = from + inputBytes;
  let said: u64 = 0;
  for (let shift: u64 = 0; ; shift += 7) {
    if (from >= end || shift > 28) return false;
    const byte = load<u8>(from++);
    said |= <u64>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (said != <u64>outputBytes) return false;
  let to = output;
  const outputEnd = output + outputBytes;
  while (from < end) {
    const tag = <u32>load<u8>(from++);
    const kind = tag & 3;
    if (kind == 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (end - from < extra) return false;
        length = (load<u32>(from) & (<u32>0xffff_ffff >> (32 - 8 * extra))) + 1;
        from += extra;
      }
      if (length - 1 >= end - from || length > outputEnd - to) return false;
      if (length <= 64) move(to, from, length);
      else memory.copy(to, from, length);
      from += length;
      to += length;
      continue;
    }
    let length: usize;
    let back: usize;
    if (kind == 1) {
      length = ((tag >> 2) & 7) + 4;
      back = ((tag >> 5) << 8) | <usize>load<u8>(from);
      from += 1;
    } else {
      length = (tag >> 2) + 1;
      back = kind == 2 ? <usize>load<u16>(from) : load<u32>(from);
      from += kind == 2 ? 2 : 4;
    }
    // A distance that was cut off ends the loop, and is refused behind it.
    if (back - 1 >= to - output || length > outputEnd - to) return false;
    const copied = to - back;
    if (back >= 16) move(to, copied, length);
    else if (back >= 8) for (let done: usize = 0; done < length; done += 8) store<u64>(to + done, load<u64>(copied + done));
    else for (let done: usize = 0; done < length; done++) store<u8>(to + done, load<u8>(copied + done));
    to += length;
  }
  return from == end && to == outputEnd;
}
