// Scanning threads for a report: as many as there are processors, unless it is too small to be worth them.
import { expect, test } from "vitest";
import { THREAD_BYTES_MIN } from "../src/limits.ts";
import { threadCount } from "../src/scan/thread-count.ts";

const files = (...sizes: number[]): { size: number }[] => sizes.map((size) => ({ size }));

test("a small report has one thread, whatever its number of files", () => {
  expect(threadCount(files(), 8)).toBe(1);
  expect(threadCount(files(0, 0, 0), 8)).toBe(1);
  expect(threadCount(files(100, 200, THREAD_BYTES_MIN), 8)).toBe(1);
});

test("a larger one has a thread for each so many bytes, but none beyond the processors", () => {
  expect(threadCount(files(THREAD_BYTES_MIN, THREAD_BYTES_MIN), 8)).toBe(2);
  expect(threadCount(files(5 * THREAD_BYTES_MIN + 1), 8)).toBe(5);
  expect(threadCount(files(2 ** 40), 8)).toBe(8);
  expect(threadCount(files(2 ** 40), 1)).toBe(1);
});
