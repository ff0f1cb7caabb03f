// Integer run-length encoding of ORC 0.11 (specification, Integer Run Length Encoding, version 1): arithmetic series, or literals.
import type { ByteStream } from "./byte-stream.ts";
import { Integer, type IntegerRun } from "./integer-run.ts";

const SERIES_MIN = 3;
const value = new Integer();

/** Reads the next run. */
export function readRunV1(stream: ByteStream, signed: boolean, run: IntegerRun): void {
  const control = stream.byte();
  if (control < 0x80) {
    const delta = (stream.byte() << 24) >> 24;
    value.readVarint(stream, signed);
    const length = control + SERIES_MIN;
    if (delta === 0) {
      run.repeat(length, value);
      return;
    }
    run.begin(length);
    for (let i = 0; i < length; i++) {
      run.low[i] = value.low;
      run.high[i] = value.high;
      value.add(delta, delta >> 31);
    }
    return;
  }
  run.begin(0x100 - control);
  for (let i = 0; i < run.length; i++) {
    value.readVarint(stream, signed);
    run.low[i] = value.low;
    run.high[i] = value.high;
  }
}

/** Steps over the next run, if it has at most `max` values: how many it had, or 0. */
export function skipRunV1(stream: ByteStream, max: number): number {
  const control = stream.peek(0);
  const isSeries = control < 0x80;
  const length = isSeries ? control + SERIES_MIN : 0x100 - control;
  if (length > max) return 0;
  stream.skip(isSeries ? 2 : 1);
  for (let i = isSeries ? 1 : length; i > 0; i--) value.readVarint(stream, false);
  return length;
}
