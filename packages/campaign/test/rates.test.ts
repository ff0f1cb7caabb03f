// Rates and history as pure functions of samples and a clock.
import { expect, test } from "vitest";
import { historyOf, ratesOf, throttledShare } from "../src/progress/rates.ts";

const at = (second: number): number => second * 1_000 + 500;

test("a rate is the mean of the last ten full seconds", () => {
  const samples = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [String(100 + i), "50"]));
  expect(ratesOf(samples, at(115)).objects).toBe(50);
});

test("in the first seconds of work it is the mean since the first sample, not a tenth of it", () => {
  expect(ratesOf({ "100": "80", "101": "80" }, at(102)).objects).toBe(80);
});

test("the second that is still filling does not count, and old work fades to zero", () => {
  expect(ratesOf({ "100": "10", "101": "999" }, at(101)).objects).toBe(10);
  expect(ratesOf({ "100": "10" }, at(200)).objects).toBe(0);
  expect(ratesOf({}, at(200))).toEqual({ objects: 0, requests: 0, throttled: 0 });
});

test("the throttled share is of the requests of the same window", () => {
  expect(throttledShare(ratesOf({ r100: "40", t100: "10", r50: "1000" }, at(101)))).toBe(0.25);
  expect(throttledShare({ objects: 1, requests: 0, throttled: 0 })).toBe(0);
});

test("history has a zero where nothing was done, and ends with the slot that fills", () => {
  expect(
    historyOf(
      new Map([
        [10, 5],
        [12, 7],
      ]),
      135_000,
    ),
  ).toEqual([5, 0, 7, 0]);
  expect(historyOf(new Map(), 135_000)).toEqual([]);
  expect(
    historyOf(
      new Map([
        [1, 5],
        [9_000, 2],
      ]),
      90_005_000,
    ),
  ).toEqual([2]);
});
