// The time left: never negative, never later than it was while the pace holds, and a word where a number would lie.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leftShort, leftText } from "../src/cells/left.ts";
import { accountLeft, campaignLeft, type Watched, watch } from "../src/eta.ts";
import { themeOf } from "../src/theme.ts";
import { snapshotArbitrary } from "./arbitrary.ts";
import { snapshotAt } from "./models.ts";

const { glyphs } = themeOf({ LANG: "C.UTF-8" });
const base = await snapshotAt();
const account = base.accounts[0];
if (account === undefined) throw new Error("the simulator has no account");

/** A campaign of one account that has finished `done` of `planned` at a moment, `rate` by its own account. */
function at(seconds: number, done: number, planned: number, rate: number) {
  const one = {
    ...account,
    planned,
    done: { granted: done },
    failed: {},
    remaining: planned - done,
    ratePerSecond: rate,
    throttledShare: 0,
  };
  return {
    ...base,
    at: 1_000_000 + seconds * 1000,
    planned,
    done: one.done,
    failed: {},
    remaining: one.remaining,
    ratePerSecond: rate,
    throttledShare: 0,
    accounts: [{ ...one, state: "running" as const }],
  } as typeof base;
}

function leftAfter(snapshots: readonly (typeof base)[]) {
  let watched: Watched = { accounts: new Map() };
  return snapshots.map((snapshot) => {
    watched = watch(watched, snapshot);
    return campaignLeft(watched, snapshot);
  });
}

describe("the time left", () => {
  it("is never negative, whatever is observed", () => {
    fc.assert(
      fc.property(fc.array(snapshotArbitrary, { minLength: 1, maxLength: 6 }), (snapshots) => {
        let watched: Watched = { accounts: new Map() };
        for (const [place, snapshot] of snapshots.entries()) {
          const timed = { ...snapshot, at: snapshot.at + place * 7_000 };
          watched = watch(watched, timed);
          for (const left of [campaignLeft(watched, timed), ...timed.accounts.map((one) => accountLeft(watched, one))]) {
            if (left.kind === "word") continue;
            expect(left.from).toBeGreaterThanOrEqual(0);
            expect(left.to).toBeGreaterThanOrEqual(left.from);
            expect(leftText(left, glyphs)).not.toMatch(/NaN|Infinity|undefined|-/);
            expect(leftText(left, glyphs).length).toBeLessThanOrEqual(19);
            expect(leftShort(left, glyphs).length).toBeLessThanOrEqual(11);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("never moves later at a constant pace, and holds the truth", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 100, max: 20_000 }),
        fc.integer({ min: 1, max: 5 }),
        (rate, seconds, step) => {
          const planned = rate * seconds;
          const moments = Array.from({ length: Math.min(150, Math.floor(seconds / step)) }, (_, place) => place * step);
          const seen = leftAfter(moments.map((moment) => at(moment, rate * moment, planned, rate)));
          let latest = Number.POSITIVE_INFINITY;
          for (const [place, left] of seen.entries()) {
            if (left.kind === "word") throw new Error(`a word at a constant pace: ${left.word}`);
            const truth = seconds - (moments[place] ?? 0);
            expect(left.to).toBeLessThanOrEqual(latest + 1e-6);
            expect(left.from).toBeLessThanOrEqual(truth + 1e-6);
            expect(left.to).toBeGreaterThanOrEqual(truth - 1e-6);
            latest = left.to;
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it("is a word while nothing moves", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 1_000_000 }), (length, remaining) => {
        const seen = leftAfter(Array.from({ length }, (_, place) => at(place * 2, 50, 50 + remaining, 0)));
        expect(seen.every((left) => left.kind === "word")).toBe(true);
      }),
      { numRuns: 50 },
    );
    expect(leftAfter([at(0, 50, 100, 0)])).toEqual([{ kind: "word", word: "starting" }]);
    expect(leftAfter([at(0, 50, 100, 0), at(70, 50, 100, 0)])[1]).toEqual({ kind: "word", word: "not moving" });
  });

  it("counts only what was seen being done: what was done before does not make it faster", () => {
    const resumed = leftAfter([0, 10, 20, 30].map((second) => at(second, 900_000 + 10 * second, 1_000_000, 10)));
    expect(resumed[3]).toMatchObject({ kind: "range" });
    const left = resumed[3];
    if (left?.kind === "range") expect(left.from).toBeGreaterThan(7_000);
  });

  it("starts anew when a retry gives work back, instead of counting backwards", () => {
    const [, , left] = leftAfter([at(0, 1_000, 2_000, 50), at(20, 2_000, 2_000, 50), at(22, 1_500, 2_000, 0)]);
    expect(left).toEqual({ kind: "word", word: "starting" });
  });

  it("says that work stopped after it did", () => {
    const stalled = leftAfter(
      [0, 20, 40, 60, 80, 100, 125].map((second) => at(second, Math.min(second, 60) * 10, 10_000, second > 70 ? 0 : 10)),
    );
    expect(stalled.at(-1)).toEqual({ kind: "word", word: "not moving" });
  });

  it("does not flicker with the pace: small changes leave the shown end where it is", () => {
    let done = 0;
    const seen = leftAfter(
      Array.from({ length: 200 }, (_, second) => {
        done += 100 + Math.round(10 * Math.sin(second));
        return at(second, done, 2_000_000, 100 + 10 * Math.sin(second));
      }),
    );
    const texts = new Set(seen.slice(60).map((left) => leftText(left, glyphs)));
    expect(texts.size).toBeLessThanOrEqual(3);
  });

  it.each([
    ["paused", { state: "paused" as const }, "paused"],
    ["draining", { state: "draining" as const }, "stopping"],
    ["not started", { state: "planned" as const }, "not running"],
    ["finished", { state: "finished" as const, remaining: 0 }, "finished"],
    ["half of all requests refused", { throttledShare: 0.5 }, "throttled"],
  ])("is a word when the campaign is %s", (_, more, word) => {
    const snapshot = { ...at(20, 2_000, 10_000, 100), ...more };
    const watched = watch(watch({ accounts: new Map() }, at(0, 0, 10_000, 100)), snapshot);
    expect(campaignLeft(watched, snapshot)).toEqual({ kind: "word", word });
  });

  it.each([
    [{ from: 0, to: 40 }, "under 1 min", "≤ 1 min"],
    [{ from: 170, to: 290 }, "2 – 5 min", "≤ 5 min"],
    [{ from: 8_500, to: 9_500 }, "2 h 20 – 2 h 40", "≤ 2 h 40"],
    [{ from: 3_000, to: 4_000 }, "50 min – 1 h 10", "≤ 1 h 10"],
    [{ from: 7_000, to: 7_300 }, "1 h 50 – 2 h 10", "≤ 2 h 10"],
    [{ from: 0, to: 3_000 }, "under 50 min", "≤ 50 min"],
    [{ from: 200_000, to: 210_000 }, "2 d 07 h – 2 d 11 h", "≤ 2 d 11 h"],
    [{ from: 800_000, to: 3_000_000 }, "9 d 00 h – 35 d", "≤ 35 d"],
    [{ from: 1e9, to: 2e9 }, "over 99 d", "over 99 d"],
  ])("reads well: %j", (range, long, short) => {
    expect(leftText({ kind: "range", ...range }, glyphs)).toBe(long);
    expect(leftShort({ kind: "range", ...range }, glyphs)).toBe(short);
  });
});
