// The small pieces: bars, sparklines, numbers, legible text, widths.
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { bar } from "../src/cells/bar.ts";
import { bytes, compact, grouped, percent, perSecond } from "../src/cells/number.ts";
import { resample, sparkline } from "../src/cells/sparkline.ts";
import { legible } from "../src/text/legible.ts";
import { cutText, widthOf, wrapText } from "../src/text/width.ts";
import { themeOf } from "../src/theme.ts";
import { hostileText } from "./arbitrary.ts";

const { glyphs } = themeOf({ LANG: "C.UTF-8" });
const ascii = themeOf({}).glyphs;

describe("bar", () => {
  it("is always as wide as asked, full only at the end, empty only at the start", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(glyphs.bar, ascii.bar),
        (share, width, set) => {
          const text = bar(share, width, set);
          expect([...text]).toHaveLength(width);
          expect(text === (set[0] ?? "").repeat(width)).toBe(share === 1);
          if (glyphs.bar === set) expect(text === "░".repeat(width)).toBe(share === 0);
        },
      ),
    );
  });
  it("fills in eighths", () => expect(bar(0.48, 10, glyphs.bar)).toBe("████▊░░░░░"));
  it("fills in whole cells in ASCII", () => expect(bar(0.48, 10, ascii.bar)).toBe("####......"));
});

describe("sparkline", () => {
  it("shows a halt as a gap and any work at all as a block", () =>
    expect(sparkline([0, 1, 50, 100], 1, 100, glyphs.spark)).toEqual([" ▁▄█"]));
  it("stacks lines", () => expect(sparkline([25, 50, 75, 100], 2, 100, glyphs.spark)).toEqual(["  ▄█", "▄███"]));
  it("keeps the newest, or squeezes all", () => {
    expect(resample([1, 2, 3, 4], 2, false)).toEqual([3, 4]);
    expect(resample([1, 3, 5, 7], 2, true)).toEqual([2, 6]);
  });
});

describe("numbers", () => {
  it.each([
    [grouped(12_418_004), "12,418,004"],
    [compact(99_999), "99,999"],
    [compact(123_456), "123 k"],
    [compact(12_418_004), "12.4 M"],
    [compact(999_999_999), "999 M"],
    [compact(1_230_000_000), "1.23 G"],
    [percent(0.9999, 0), "99 %"],
    [percent(0.3014, 1), "30.1 %"],
    [percent(1, 0), "100 %"],
    [percent(0.29, 0), "29 %"],
    [perSecond(0), "0/s"],
    [perSecond(0.01), "0.1/s"],
    [perSecond(3_214.4), "3,214/s"],
    [bytes(48_213_004), "48 MB"],
    [bytes(999), "999 B"],
  ])("%s", (text, expected) => expect(text).toBe(expected));
});

describe("legible text", () => {
  it.each([
    ["in/2026/part.csv", "in/2026/part.csv"],
    ["a\u001b[2Jb", "a\\e[2Jb"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["gpj\u202eexe", "gpj\\u{202e}exe"],
    ["素材/é.csv", "素材/é.csv"],
    ["👩\u200d🚀", "👩\\u{200d}🚀"],
    ["a\u00a0b", "a\\u{a0}b"],
    ["x\ud800y", "x\\u{d800}y"],
    ["\u009b31m", "\\u{9b}31m"],
  ])("%j becomes %j", (raw, expected) => expect(legible(raw, "unicode")).toBe(expected));
  it("has nothing beyond ASCII where the terminal has not", () => expect(legible("素é\u0085", "ascii")).toBe("\\u{7d20}\\u{e9}\\u{85}"));
  it("never changes twice", () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom("unicode" as const, "ascii" as const), (text, charset) => {
        const once = legible(text, charset);
        expect(legible(once, charset)).toBe(once);
      }),
    );
  });
});

describe("width", () => {
  it("counts wide characters as two and combining marks as none", () =>
    expect(["abc", "素材", "e\u0301", "👩🚀"].map(widthOf)).toEqual([3, 4, 1, 4]));
  it("is what string-width says of every code point outside the great blocks of Han and Hangul", () => {
    const blocks = [
      [0x20, 0x3400],
      [0xa000, 0xac00],
      [0xd7a4, 0xd800],
      [0xe000, 0x1_1000],
      [0x1_f000, 0x2_0100],
      [0xe_0000, 0xe_0200],
    ] as const;
    const other: string[] = [];
    for (const [from, to] of blocks)
      for (let codePoint = from; codePoint < to; codePoint++) {
        const text = String.fromCodePoint(codePoint);
        if (widthOf(text) !== stringWidth(text)) other.push(codePoint.toString(16));
      }
    expect(other).toEqual([]);
  });
  it("cuts in front of a wide character that does not fit", () => expect(cutText("ab素材", 5, "…")).toBe("ab素…"));
  it("never cuts or wraps wider than asked", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 2, max: 40 }), (raw, width) => {
        const text = legible(raw, "unicode");
        expect(widthOf(cutText(text, width, "…"))).toBeLessThanOrEqual(width);
        const lines = wrapText(text, width);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      }),
    );
  });
});
