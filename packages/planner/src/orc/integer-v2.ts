// Integer run-length encoding of ORC 0.12 (specification, Integer Run Length Encoding, version 2): short repeat, direct, patched base, delta.
import { codedWidth, unpack, widthOf } from "./bit-packing.ts";
import type { ByteStream } from "./byte-stream.ts";
import { asBigInt, Integer, IntegerRun } from "./integer-run.ts";

const SHORT_REPEAT_MIN = 3;

const value = new Integer();
const step = new Integer();
const patches = new IntegerRun();

/** Reads the next run. */
export function readRunV2(stream: ByteStream, signed: boolean, run: IntegerRun): void {
  const first = stream.byte();
  const encoding = first >>> 6;
  if (encoding === 0) {
    shortRepeat(stream, first, signed, run);
    return;
  }
  const widthCode = (first >>> 1) & 0x1f;
  run.length = (((first & 1) << 8) | stream.byte()) + 1;
  if (encoding === 1) direct(stream, widthOf(widthCode), signed, run);
  else if (encoding === 2) patchedBase(stream, widthOf(widthCode), run);
  else delta(stream, widthCode === 0 ? 0 : widthOf(widthCode), signed, run);
}

function shortRepeat(stream: ByteStream, first: number, signed: boolean, run: IntegerRun): void {
  readBigEndian(stream, ((first >>> 3) & 7) + 1);
  if (signed) value.unzigzag();
  run.length = (first & 7) + SHORT_REPEAT_MIN;
  run.low.fill(value.low, 0, run.length);
  run.high.fill(value.high, 0, run.length);
}

function direct(stream: ByteStream, width: number, signed: boolean, run: IntegerRun): void {
  unpack(stream, run.length, width, run, 0);
  if (!signed) return;
  const { low, high, length } = run;
  for (let i = 0; i < length; i++) {
    const l = low[i] as number;
    const h = high[i] as number;
    const sign = -(l & 1);
    low[i] = ((l >>> 1) | (h << 31)) ^ sign;
    high[i] = (h >>> 1) ^ sign;
  }
}

/** Most values lie close above a base; the few that do not get their upper bits from a list of patches. */
function patchedBase(stream: ByteStream, width: number, run: IntegerRun): void {
  const third = stream.byte();
  const fourth = stream.byte();
  const baseBytes = (third >>> 5) + 1;
  const patchWidth = widthOf(third & 0x1f);
  const gapWidth = (fourth >>> 5) + 1;
  const patchCount = fourth & 0x1f;
  if (patchCount === 0) throw stream.fault("has a patched run of integers without patches");
  if (patchWidth + gapWidth > 64) throw stream.fault("has a patched run of integers with patches of more than 64 bits");
  readBigEndian(stream, baseBytes);
  // The base's sign is its highest bit, and the rest its magnitude.
  const signAt = baseBytes * 8 - 1;
  const negative = signAt < 32 ? (value.low >>> signAt) & 1 : (value.high >>> (signAt - 32)) & 1;
  if (negative === 1) {
    if (signAt < 32) value.low &= ~(1 << signAt);
    else value.high &= ~(1 << (signAt - 32));
    value.negate();
  }
  unpack(stream, run.length, width, run, 0);
  unpack(stream, patchCount, codedWidth(patchWidth + gapWidth), patches, 0);
  let at = 0;
  for (let i = 0; i < patchCount; i++) {
    const entry = BigInt.asUintN(64, asBigInt(patches.low[i] as number, patches.high[i] as number));
    at += Number(entry >> BigInt(patchWidth));
    if (at >= run.length) throw stream.fault("has a patched run of integers with a patch after its end");
    const patch = (entry & ((1n << BigInt(patchWidth)) - 1n)) << BigInt(width);
    if (patch >> 64n !== 0n) throw stream.fault("has a patched run of integers of more than 64 bits");
    run.low[at] = (run.low[at] as number) | Number(BigInt.asIntN(32, patch));
    run.high[at] = (run.high[at] as number) | Number(BigInt.asIntN(32, patch >> 32n));
  }
  const { low: baseLow, high: baseHigh } = value;
  for (let i = 0; i < run.length; i++) {
    value.low = run.low[i] as number;
    value.high = run.high[i] as number;
    value.add(baseLow, baseHigh);
    run.low[i] = value.low;
    run.high[i] = value.high;
  }
}

/** A first value and the steps from one to the next: all alike, or packed and all of the first step's sign. */
function delta(stream: ByteStream, width: number, signed: boolean, run: IntegerRun): void {
  value.readVarint(stream, signed);
  step.readVarint(stream, true);
  const { low, high, length } = run;
  low[0] = value.low;
  high[0] = value.high;
  if (width === 0) {
    for (let i = 1; i < length; i++) {
      value.add(step.low, step.high);
      low[i] = value.low;
      high[i] = value.high;
    }
    return;
  }
  if (length < 2) throw stream.fault("has a run of integers with steps but one value");
  value.add(step.low, step.high);
  low[1] = value.low;
  high[1] = value.high;
  unpack(stream, length - 2, width, run, 2);
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

function readBigEndian(stream: ByteStream, bytes: number): void {
  value.low = 0;
  value.high = 0;
  for (let i = 0; i < bytes; i++) {
    value.high = (value.high << 8) | (value.low >>> 24);
    value.low = (value.low << 8) | stream.byte();
  }
}
