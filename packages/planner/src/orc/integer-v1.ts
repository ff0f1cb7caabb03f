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
    run.length = control + SERIES_MIN;
    for (let i = 0; i < run.length; i++) {
      run.low[i] = value.low;
      run.high[i] = value.high;
      value.add(delta, delta >> 31);
    }
    return;
  }
  run.length = 0x100 - control;
  for (let i = 0; i < run.length; i++) {
    value.readVarint(stream, signed);
    run.low[i] = value.low;
    run.high[i] = value.high;
  }
}
