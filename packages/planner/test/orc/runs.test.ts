// Every run-length encoding, written by encoders of the tests' own and read back, in one piece and through compression chunks that cut the runs anywhere.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bits, ByteRuns } from "../../src/orc/byte-runs.ts";
import { ByteStream } from "../../src/orc/byte-stream.ts";
import { Integers } from "../../src/orc/integers.ts";
import { compressed, type TestCodec } from "./fixture/codecs.ts";
import * as encode from "./fixture/runs.ts";

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

function streamOf(bytes: Uint8Array, codec: TestCodec = "none", blockBytes = 5): ByteStream {
  return new ByteStream({ bytes: compressed(bytes, codec, blockBytes), offset: 0 }, { codec, blockBytes }, "runs", { stream: "DATA" });
}

/** Reads in pieces of `step`, so that runs are left in the middle. */
function decode(bytes: Uint8Array, count: number, signed: boolean, version: 1 | 2, codec: TestCodec, step = 37): bigint[] {
  const encoding = { kind: version === 1 ? "DIRECT" : "DIRECT_V2", dictionarySize: 0 } as const;
  const integers = new Integers(streamOf(bytes, codec), encoding, signed);
  const values: bigint[] = [];
  for (let left = count; left > 0; left -= step) {
    for (const value of integers.readLongs(Math.min(left, step), Math.min(left, step))) values.push(BigInt(value));
  }
  expect(integers.exhausted()).toBe(true);
  return values;
}

function expectRead(bytes: Uint8Array, values: readonly bigint[], signed: boolean, version: 1 | 2 = 2): void {
  for (const codec of ["none", "snappy"] as const) {
    const read = decode(bytes, values.length, signed, version, codec);
    // The whole arrays only where they differ: comparing them to say so takes longer than reading them.
    if (read.some((value, i) => value !== values[i]) || read.length !== values.length) expect(read).toEqual(values);
  }
}

const long = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
  fc.constantFrom(MIN, MAX, 0n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 53n, -(2n ** 53n), -(2n ** 53n) - 1n),
);
const longs = (minLength: number, maxLength = 512) => fc.array(long, { minLength, maxLength });
/** A column's values: stretches of equal ones, of series and of anything. */
const column = fc
  .array(
    fc.oneof(
      fc.tuple(long, fc.integer({ min: 1, max: 300 })).map(([value, count]) => new Array<bigint>(count).fill(value)),
      fc
        .tuple(fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }), fc.bigInt({ min: -200n, max: 200n }), fc.integer({ min: 1, max: 300 }))
        .map(([first, step, count]) => Array.from({ length: count }, (_, i) => first + step * BigInt(i))),
      longs(1, 100),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.flat());
const unsigned = (values: readonly bigint[]): bigint[] => values.map((value) => (value < 0n ? -(value + 1n) : value));

describe("integers of version 1", () => {
  test("any values come back", () => {
    fc.assert(fc.property(column, (values) => expectRead(encode.integersV1(values, true), values, true, 1)));
    fc.assert(fc.property(column.map(unsigned), (values) => expectRead(encode.integersV1(values, false), values, false, 1)));
  });
});

describe("integers of version 2", () => {
  test("the specification's own examples", () => {
    const bytes = (hex: string): Uint8Array => Buffer.from(hex, "hex");
    expectRead(bytes("0a2710"), new Array(5).fill(10_000n), false);
    expectRead(bytes("5e035ca1ab1edeadbeef"), [23_713n, 43_806n, 57_005n, 48_879n], false);
    const patched = [2030, 2000, 2020, 1_000_000, ...Array.from({ length: 16 }, (_, i) => 2040 + 10 * i)].map(BigInt);
    expectRead(bytes("8e132b2107d01e001470 28323c46505a646e78828c96a0aab4be fce8".replaceAll(" ", "")), patched, false);
    expectRead(bytes("c609020222424246"), [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n], false);
  });

  test("short repeat: any value, three to ten times", () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 3, max: 10 }), (value, count) =>
        expectRead(encode.shortRepeat(value, count, true), new Array<bigint>(count).fill(value), true),
      ),
    );
  });

  test("direct: every width", () => {
    for (let bits = 1n; bits <= 64n; bits++) {
      const values = Array.from({ length: 19 }, (_, i) => BigInt.asIntN(64, (0x9e3779b97f4a7c15n * BigInt(i + 1)) >> (64n - bits)));
      expectRead(encode.direct(values, true), values, true);
    }
    fc.assert(fc.property(longs(1), (values) => expectRead(encode.direct(values, true), values, true)));
    fc.assert(fc.property(longs(1).map(unsigned), (values) => expectRead(encode.direct(values, false), values, false)));
  });

  test("delta: rising and falling, in equal steps and in others", () => {
    const steps = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 2n ** 53n })), {
      minLength: 1,
      maxLength: 511,
    });
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), steps, fc.constantFrom(1n, -1n), (first, sizes, sign) => {
        const values = [first];
        // A first step of zero would be one without a sign.
        for (const [i, size] of sizes.entries()) values.push((values.at(-1) as bigint) + sign * (i === 0 ? size + 1n : size));
        expectRead(encode.delta(values, true), values, true);
      }),
    );
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
        fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
        fc.integer({ min: 2, max: 512 }),
        (first, step, count) => {
          const values = Array.from({ length: count }, (_, i) => first + step * BigInt(i));
          expectRead(encode.delta(values, true, true), values, true);
        },
      ),
    );
  });

  test("patched base: few large values among small ones, wherever they stand", () => {
    let patched = 0;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }),
        fc.constantFrom(1, 3, 8, 13, 24, 26, 30),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 32n }), { minLength: 20, maxLength: 512 }),
        fc.array(fc.tuple(fc.nat(511), fc.bigInt({ min: 1n, max: 2n ** 20n })), { minLength: 1, maxLength: 12 }),
        (base, width, small, large) => {
          const values = small.map((value) => base + (value & ((1n << BigInt(width)) - 1n)));
          for (const [at, value] of large) values[at % values.length] = base + (value << BigInt(width)) + 1n;
          const bytes = encode.patchedBase(values, width);
          if (bytes === undefined) return;
          patched++;
          expectRead(bytes, values, true);
        },
      ),
    );
    expect(patched).toBeGreaterThan(50);
  });

  test("any values come back through whichever encodings suit them", () => {
    fc.assert(fc.property(column, (values) => expectRead(encode.integersV2(values, true), values, true)));
    fc.assert(fc.property(column.map(unsigned), (values) => expectRead(encode.integersV2(values, false), values, false)));
  });
});

describe("values that nobody asks for", () => {
  /** How many are taken, or stepped over, each time. */
  const steps = fc.array(fc.tuple(fc.constantFrom("read", "skip", "sum", "take"), fc.integer({ min: 1, max: 700 })), { maxLength: 12 });
  const places = fc
    .array(
      fc.oneof(
        fc.tuple(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 900 })).map(([value, count]) => new Array<number>(count).fill(value)),
        fc
          .tuple(fc.nat(1_000), fc.nat(9), fc.integer({ min: 1, max: 600 }))
          .map(([first, step, count]) => Array.from({ length: count }, (_, i) => first + step * i)),
        fc.array(fc.oneof(fc.nat(200), fc.nat(2 ** 31 - 1)), { maxLength: 300 }),
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.flat());

  test.each([1, 2] as const)("are stepped over, or summed up, or taken run by run (version %s)", (version) => {
    fc.assert(
      fc.property(places, steps, (values, ways) => {
        const coded = (version === 1 ? encode.integersV1 : encode.integersV2)(values.map(BigInt), false);
        const encoding = { kind: version === 1 ? "DIRECT" : "DIRECT_V2", dictionarySize: 0 } as const;
        const integers = new Integers(streamOf(coded, "snappy", 40), encoding, false);
        const out = new Uint32Array(1_000);
        let at = 0;
        for (const [way, most] of [...ways, ["read", 1_000], ["skip", values.length]] as const) {
          let count = Math.min(most, values.length - at);
          if (count === 0) break;
          if (way === "skip") integers.skip(count);
          else if (way === "sum") expect(integers.sum(count)).toBe(values.slice(at, at + count).reduce((sum, value) => sum + value, 0));
          else if (way === "read") {
            integers.readUnsigned(out, 0, count);
            expect([...out.subarray(0, count)]).toEqual(values.slice(at, at + count));
          } else {
            count = integers.take(count, out);
            expect(integers.repeat ? new Array<number>(count).fill(integers.value) : [...out.subarray(0, count)]).toEqual(
              values.slice(at, at + count),
            );
          }
          at += count;
        }
        integers.skip(values.length - at);
        expect(integers.exhausted()).toBe(true);
      }),
    );
  });

  test("booleans are found alike, and stepped over", () => {
    const runs = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3_000 })), { maxLength: 9 });
    fc.assert(
      fc.property(runs, fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 20 }), (parts, widths) => {
        const values = parts.flatMap(([value, count]) => new Array<boolean>(count).fill(value));
        const bits = new Bits(streamOf(encode.booleanRuns(values), "zlib", 9));
        let at = 0;
        for (const width of widths) {
          const most = Math.min(width, values.length - at);
          if (most === 0) break;
          const count = bits.alike(most);
          const same = values.slice(at).findIndex((value) => value !== values[at]);
          expect(count).toBe(Math.min(most, same < 0 ? most : same));
          expect(bits.value).toBe(values[at] ? 1 : 0);
          at += count;
        }
        bits.skip(values.length - at);
        expect(bits.exhausted()).toBe(true);
      }),
    );
  });
});

describe("bytes and booleans", () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.nat(255).map((b) => [b]),
        fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 400 })).map(([b, n]) => new Array<number>(n).fill(b)),
      ),
    )
    .map((parts) => parts.flat());

  test("any bytes come back", () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom<TestCodec>("none", "zlib"), (values, codec) => {
        const runs = new ByteRuns(streamOf(encode.byteRuns(values), codec));
        expect(values.map(() => runs.next())).toEqual(values);
        expect(runs.exhausted()).toBe(true);
      }),
    );
  });

  test("any booleans come back, and are counted", () => {
    fc.assert(
      fc.property(
        bytes.map((values) => values.map((value) => value % 2 === 0)),
        fc.integer({ min: 1, max: 50 }),
        (values, step) => {
          const bits = new Bits(streamOf(encode.booleanRuns(values)));
          const out = new Uint8Array(step);
          for (let at = 0; at < values.length; at += step) {
            const part = values.slice(at, at + step);
            expect(bits.read(out, 0, part.length)).toBe(part.filter(Boolean).length);
            expect([...out.subarray(0, part.length)]).toEqual(part.map(Number));
          }
          expect(bits.exhausted()).toBe(true);
        },
      ),
    );
  });
});

describe("a form that is asked for", () => {
  const encoding = { kind: "DIRECT_V2", dictionarySize: 0 } as const;
  const integers = (values: readonly bigint[], signed: boolean): Integers =>
    new Integers(streamOf(encode.integersV2(values, signed)), encoding, signed);

  test("longs are numbers while each is exact as one, and bigints from then on", () => {
    const exact = [1n, -(2n ** 53n), 2n ** 53n - 1n];
    expect(integers(exact, true).readLongs(3, 3)).toEqual(Float64Array.from(exact, Number));
    const beyond = [1n, 2n ** 53n, -5n];
    expect(integers(beyond, true).readLongs(3, 4)).toEqual(BigInt64Array.of(...beyond, 0n));
  });

  test("a value that does not fit is an error with the value in it", () => {
    expect(() => integers([1n, 40_000n], true).readSigned(new Int32Array(2), 2, 16)).toThrow(
      "runs, DATA, byte 0: has the value 40000, which does not fit 16 bits",
    );
    expect(() => integers([5n, 2n ** 31n], false).readUnsigned(new Uint32Array(2), 0, 2)).toThrow("has a value of 2147483648");
    expect(() => integers([2n ** 53n], true).readNumbers(new Float64Array(1), 0, 1, "seconds")).toThrow("has seconds of 9007199254740992");
  });

  test("reading past the end is an error, not zeros", () => {
    expect(() => integers([1n, 7n, 3n], true).readLongs(4, 4)).toThrow("ends too early");
  });
});
