// Runs of integers most of which lie close above a base; the few that do not get their upper bits from a list of patches (ORC specification, Patched Base).
import { codedWidth, LOW_BITS, packedBytes, unpack, widthOf } from "./bit-packing.ts";
import type { ByteStream } from "./byte-stream.ts";
import { asBigInt, asNumber, Integer, IntegerRun } from "./integer-run.ts";

const EXACT_BITS = 53;

const base = new Integer();
const value = new Integer();
const patches = new IntegerRun();

interface Shape {
  readonly baseBytes: number;
  readonly patchWidth: number;
  readonly patchCount: number;
  /** Of an entry of the list: how many values further on, and the patch. */
  readonly entryWidth: number;
}

/** What stands between a run's first two bytes and its base. */
function readShape(stream: ByteStream): Shape {
  const third = stream.byte();
  const fourth = stream.byte();
  const patchWidth = widthOf(third & 0x1f);
  const gapWidth = (fourth >>> 5) + 1;
  const patchCount = fourth & 0x1f;
  if (patchCount === 0) throw stream.fault("has a patched run of integers without patches");
  if (patchWidth + gapWidth > 64) throw stream.fault("has a patched run of integers with patches of more than 64 bits");
  return { baseBytes: (third >>> 5) + 1, patchWidth, patchCount, entryWidth: codedWidth(patchWidth + gapWidth) };
}

export function skipPatchedBase(stream: ByteStream, length: number, width: number): void {
  const { baseBytes, patchCount, entryWidth } = readShape(stream);
  stream.skip(baseBytes + packedBytes(length, width) + packedBytes(patchCount, entryWidth));
}

/** `run` was begun. */
export function readPatchedBase(stream: ByteStream, width: number, run: IntegerRun): void {
  const shape = readShape(stream);
  readBase(stream, shape.baseBytes);
  const { low, high, length } = run;
  unpack(stream, length, width, run, 0);
  if (width <= LOW_BITS) high.fill(0, 0, length);
  unpack(stream, shape.patchCount, shape.entryWidth, patches, 0);
  if (shape.entryWidth <= LOW_BITS) patches.high.fill(0, 0, shape.patchCount);
  patch(stream, width, run, shape);
  for (let i = 0; i < length; i++) {
    value.low = low[i] as number;
    value.high = high[i] as number;
    value.add(base.low, base.high);
    low[i] = value.low;
    high[i] = value.high;
  }
}

/** The base's sign is its highest bit, and the rest its magnitude. */
function readBase(stream: ByteStream, bytes: number): void {
  base.readBigEndian(stream, bytes);
  const signAt = bytes * 8 - 1;
  const negative = signAt < 32 ? (base.low >>> signAt) & 1 : (base.high >>> (signAt - 32)) & 1;
  if (negative === 0) return;
  if (signAt < 32) base.low &= ~(1 << signAt);
  else base.high &= ~(1 << (signAt - 32));
  base.negate();
}

function patch(stream: ByteStream, width: number, { low, high, length }: IntegerRun, { patchWidth, patchCount, entryWidth }: Shape): void {
  // Nearly all patches are exact as numbers, above the values' own bits too.
  const isExact = entryWidth < EXACT_BITS && patchWidth + width <= EXACT_BITS;
  let at = 0;
  for (let i = 0; i < patchCount; i++) {
    const entryLow = patches.low[i] as number;
    const entryHigh = patches.high[i] as number;
    let upperLow: number;
    let upperHigh: number;
    if (isExact) {
      const entry = asNumber(entryLow, entryHigh);
      const gap = Math.floor(entry / 2 ** patchWidth);
      const upper = (entry - gap * 2 ** patchWidth) * 2 ** width;
      at += gap;
      upperHigh = Math.floor(upper / 2 ** 32);
      upperLow = upper - upperHigh * 2 ** 32;
    } else {
      const entry = BigInt.asUintN(64, asBigInt(entryLow, entryHigh));
      at += Number(entry >> BigInt(patchWidth));
      const upper = (entry & ((1n << BigInt(patchWidth)) - 1n)) << BigInt(width);
      if (upper >> 64n !== 0n) throw stream.fault("has a patched run of integers of more than 64 bits");
      upperLow = Number(BigInt.asIntN(32, upper));
      upperHigh = Number(BigInt.asIntN(32, upper >> 32n));
    }
    if (at >= length) throw stream.fault("has a patched run of integers with a patch after its end");
    low[at] = (low[at] as number) | upperLow;
    high[at] = (high[at] as number) | upperHigh;
  }
}
