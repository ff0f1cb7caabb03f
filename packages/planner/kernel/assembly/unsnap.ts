// Snappy's raw block format (github.com/google/snappy, format_description.txt): literals, and copies of what was already written. Copies go sixteen or eight bytes at a
// time and may write past their end, never past the slack behind the output; every length and distance is checked before it is believed.

/** What a copy may write or read beyond its end. */
const SLACK: usize = 64;
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
  let from = INPUT;
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
      let length = tag >> 2;
      if (length >= 60) {
        const extra = length - 59;
        if (end - from < extra) return false;
        length = load<u32>(from) & (<u32>0xffff_ffff >> (32 - 8 * extra));
        from += extra;
      }
      length++;
      if (length == 0 || length > end - from || length > outputEnd - to) return false;
      if (length <= 64) {
        v128.store(to, v128.load(from));
        for (let done: usize = 16; done < length; done += 16) v128.store(to + done, v128.load(from + done));
      } else memory.copy(to, from, length);
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
    if (from > end || back == 0 || back > to - output || length > outputEnd - to) return false;
    const copied = to - back;
    if (back >= 16) for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(copied + done));
    else if (back >= 8) for (let done: usize = 0; done < length; done += 8) store<u64>(to + done, load<u64>(copied + done));
    else for (let done: usize = 0; done < length; done++) store<u8>(to + done, load<u8>(copied + done));
    to += length;
  }
  return to == outputEnd;
}
