// Names, jobs and their order: what BullMQ refuses never reaches it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { pendingRetry } from "../src/control/retries.ts";
import { accountId, type BatchRef, jobData, jobId, OPS, parseJob, queueName } from "../src/index.ts";
import { shuffled } from "../src/queue/shuffle.ts";

const account = fc.oneof(fc.stringMatching(/^\d{12}$/), fc.stringMatching(/^[A-Za-z0-9_.$@+-]{1,64}$/)).map(accountId);
const ref: fc.Arbitrary<BatchRef> = fc.record({
  account,
  part: fc.nat({ max: 99_999 }),
  rowGroup: fc.nat({ max: 999 }),
  rows: fc.integer({ min: 1, max: 1_000 }),
  op: fc.constantFrom(...OPS),
});

test("no name or job id has a colon or is digits only, whatever the account is called", () => {
  fc.assert(
    fc.property(ref, fc.nat({ max: 50 }), (r, retry) => {
      for (const name of [queueName("lake-2026", r.account), jobId(r, retry)]) {
        expect(name).not.toContain(":");
        expect(name).not.toMatch(/^\d+$/);
      }
    }),
  );
});

test("two batches, or two retries of one, never share a job id", () => {
  fc.assert(
    fc.property(ref, ref, fc.nat({ max: 9 }), fc.nat({ max: 9 }), (a, b, m, n) => {
      const same = a.account === b.account && a.part === b.part && a.rowGroup === b.rowGroup && m === n;
      if (!same) expect(jobId(a, m)).not.toBe(jobId(b, n));
    }),
  );
});

test("a job comes out of Redis as it went in, in under 500 bytes", () => {
  fc.assert(
    fc.property(ref, fc.nat({ max: 50 }), (r, retry) => {
      const text = JSON.stringify(jobData("c".repeat(63), r, retry));
      expect(Buffer.byteLength(text)).toBeLessThan(500);
      expect(parseJob(JSON.parse(text))).toEqual({ campaign: "c".repeat(63), ref: r, retry });
    }),
  );
});

test("a payload is no pointer, and a stranger's job is no job", () => {
  const r: BatchRef = { account: accountId("a".repeat(500)), part: 0, rowGroup: 0, rows: 1, op: "acl" };
  expect(() => jobData("c", r)).toThrow(/a job is a pointer of under 500/);
  expect(() => parseJob({ hello: "world" })).toThrow(/was not made by quitclaim/);
  expect(() => parseJob(null)).toThrow(/was not made by quitclaim/);
});

test("the shuffle keeps every item, and one seed gives one order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
      const order = shuffled(items, seed);
      expect([...order].sort()).toEqual([...items].sort());
      expect(shuffled(items, seed)).toEqual(order);
    }),
  );
  const many = Array.from({ length: 100 }, (_, i) => i);
  expect(shuffled(many, "a")).not.toEqual(shuffled(many, "b"));
});

test("requests that overlap are answered together by the newest number", () => {
  const request = (retry: number, code?: string) => ({ retry, selection: code === undefined ? {} : { code }, at: "", batches: [] });
  expect(pendingRetry([request(1, "A"), request(2, "B")], 0)).toEqual({ number: 2, selections: [{ code: "A" }, { code: "B" }] });
  expect(pendingRetry([request(1, "A"), request(2, "B")], 1)).toEqual({ number: 2, selections: [{ code: "B" }] });
  expect(pendingRetry([request(1, "A")], 1)).toBeUndefined();
  expect(pendingRetry(undefined, 0)).toBeUndefined();
});
