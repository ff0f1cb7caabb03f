// Snappy's raw block format (github.com/google/snappy, format_description.txt): literals, and copies of what was already written.
import type { Fault } from "./error.ts";

/** The decompressed block. Throws where `input` is no whole block, or one of more than `bytesMax`. */
export function snappyDecompress(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  let at = 0;
  const byte = (): number => {
    if (at >= input.length) throw fault("has a Snappy block that is cut off");
    return input[at++] as number;
  };
  const little = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    const part = byte();
    length += (part & 0x7f) * scale;
    if (length > bytesMax) throw fault(`has a Snappy block of more than ${bytesMax} bytes`);
    if (part < 0x80) break;
    if (scale > 2 ** 28) throw fault("has a Snappy block without a length");
  }
  const output = new Uint8Array(length);
  let out = 0;
  while (at < input.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const run = (short < 60 ? short : little(short - 59)) + 1;
      if (run > input.length - at || run > length - out) throw fault("has a Snappy literal that is longer than its block");
      output.set(input.subarray(at, at + run), out);
      at += run;
      out += run;
      continue;
    }
    const run = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const back = kind === 1 ? ((tag >>> 5) << 8) | byte() : little(kind === 2 ? 2 : 4);
    if (back === 0 || back > out || run > length - out) throw fault("has a Snappy copy from outside its block");
    out = copyBack(output, out, back, run);
  }
  if (out !== length) throw fault(`has a Snappy block of ${out} bytes that says it has ${length}`);
  return output;
}

/** Copies `run` bytes from `back` bytes before `out`, where source and target may overlap; gives the new end. */
export function copyBack(output: Uint8Array, out: number, back: number, run: number): number {
  const end = out + run;
  if (back >= run) output.copyWithin(out, out - back, end - back);
  else for (let i = out; i < end; i++) output[i] = output[i - back] as number;
  return end;
}
