// Copying within blocks that are being decompressed. Most runs are short, and a loop is then faster than a call. The caller has checked all bounds.

const LOOP_BYTES_MAX = 24;

/** `run` bytes of `input` from `at`, to `output` at `out`. */
export function copyIn(output: Uint8Array, out: number, input: Uint8Array, at: number, run: number): void {
  if (run > LOOP_BYTES_MAX) output.set(input.subarray(at, at + run), out);
  else for (let i = 0; i < run; i++) output[out + i] = input[at + i] as number;
}

/** `run` bytes from `back` bytes before `out`; what is copied may be what has just been written. */
export function copyBack(output: Uint8Array, out: number, back: number, run: number): void {
  if (run > LOOP_BYTES_MAX && back >= run) output.copyWithin(out, out - back, out - back + run);
  else for (let i = out; i < out + run; i++) output[i] = output[i - back] as number;
}
