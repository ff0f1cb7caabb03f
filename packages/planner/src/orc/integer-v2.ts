// Integer run-length encoding of ORC 0.12 (specification, Integer Run Length Encoding, version 2): short repeat, direct, delta, and patched base (patched-base.ts).
import { LOW_BITS, packedBytes, unpack, widthOf } from "./bit-packing.ts";
import type { ByteStream } from "./byte-stream.ts";
import { Integer, type IntegerRun } from "./integer-run.ts";
import { readPatchedBase, skipPatchedBase } from "./patched-base.ts";

const SHORT_REPEAT_MIN = 3;

const value = new Integer();
const step = new Integer();

/** Reads the next run. */
export function readRunV2(stream: ByteStream, signed: boolean, run: IntegerRun): void {
  const first = stream.byte();
  const encoding = first >>> 6;
  if (encoding === 0) {
    value.readBigEndian(stream, ((first >>> 3) & 7) + 1);
    if (signed) value.unzigzag();
    run.repeat((first & 7) + SHORT_REPEAT_MIN, value);
    return;
  }
  const widthCode = (first >>> 1) & 0x1f;
  run.begin((((first & 1) << 8) | stream.byte()) + 1);
  if (encoding === 1) direct(stream, widthOf(widthCode), signed, run);
  else if (encoding === 2) readPatchedBase(stream, widthOf(widthCode), run);
  else delta(stream, widthCode === 0 ? 0 : widthOf(widthCode), signed, run);
}

/** Steps over the next run, if it has at most `max` values: how many it had, or 0. */
export function skipRunV2(stream: ByteStream, max: number): number {
  const first = stream.peek(0);
  const encoding = first >>> 6;
  const length = encoding === 0 ? (first & 7) + SHORT_REPEAT_MIN : (((first & 1) << 8) | stream.peek(1)) + 1;
  if (length > max) return 0;
  if (encoding === 0) {
    stream.skip(1 + ((first >>> 3) & 7) + 1);
    return length;
  }
  stream.skip(2);
  const widthCode = (first >>> 1) & 0x1f;
  if (encoding === 1) stream.skip(packedBytes(length, widthOf(widthCode)));
  else if (encoding === 2) skipPatchedBase(stream, length, widthOf(widthCode));
  else {
    value.readVarint(stream, false);
    step.readVarint(stream, false);
    if (widthCode > 0) stream.skip(packedBytes(Math.max(0, length - 2), widthOf(widthCode)));
  }
  return length;
}

function direct(stream: ByteStream, width: number, signed: boolean, run: IntegerRun): void {
  unpack(stream, run.length, width, run, 0);
  const { low, high, length } = run;
  if (width <= LOW_BITS) {
    if (signed) {
      for (let i = 0; i < length; i++) {
        const coded = low[i] as number;
        low[i] = (coded >>> 1) ^ -(coded & 1);
      }
    }
    run.narrow = signed || width < LOW_BITS;
    if (!run.narrow) high.fill(0, 0, length);
    return;
  }
  if (!signed) return;
  for (let i = 0; i < length; i++) {
    const l = low[i] as number;
    const h = high[i] as number;
    const sign = -(l & 1);
    low[i] = ((l >>> 1) | (h << 31)) ^ sign;
    high[i] = (h >>> 1) ^ sign;
  }
}

/** A first value and the steps from one to the next: all alike, or packed and all of the first step's sign. */
function delta(stream: ByteStream, width: number, signed: boolean, run: IntegerRun): void {
  value.readVarint(stream, signed);
  step.readVarint(stream, true);
  const { low, high, length } = run;
  if (width === 0) {
    if (step.low === 0 && step.high === 0) {
      run.repeat(length, value);
      return;
    }
    for (let i = 0; i < length; i++) {
      low[i] = value.low;
      high[i] = value.high;
      value.add(step.low, step.high);
    }
    return;
  }
  if (length < 2) throw stream.fault("has a run of integers with steps but one value");
  low[0] = value.low;
  high[0] = value.high;
  value.add(step.low, step.high);
  low[1] = value.low;
  high[1] = value.high;
  unpack(stream, length - 2, width, run, 2);
  if (width <= LOW_BITS) high.fill(0, 2, length);
  const falling = step.high < 0;
  for (let i = 2; i < length; i++) {
    step.low = low[i] as number;
    step.high = high[i] as number;
    if (falling) step.negate();
    value.add(step.low, step.high);
    low[i] = value.low;
    high[i] = value.high;
  }
}
