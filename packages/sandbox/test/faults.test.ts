import { describe, expect, test } from "vitest";
import { FaultControl } from "../src/faults/control.ts";
import { type FaultSettings, faultSettingsFrom } from "../src/faults/settings.ts";
import type { CallSummary } from "../src/http/hooks.ts";

const put: CallSummary = {
  op: "PutObjectAcl",
  method: "PUT",
  accountId: "222233334444",
  arn: "arn:aws:sts::222233334444:assumed-role/quitclaim/run-1",
  bucket: "lake",
  key: "a/1",
  requestId: "r",
};

function control(settings: FaultSettings, seed = 1, now: () => number = () => 0): FaultControl {
  return new FaultControl({ seed, settings, now, expireSession: () => undefined });
}

/** What 400 requests, one after the other, would meet. */
function run(seed: number, settings: FaultSettings): string[] {
  const faults = control(settings, seed);
  return Array.from({ length: 400 }, () => {
    const before = faults.before(put);
    if (before?.reset === true) return "reset before";
    if (before?.error !== undefined) return `${before.error.code} before`;
    const after = faults.after(put, 200);
    return after?.reset === true ? "reset after" : after?.error === undefined ? "fine" : `${after.error.code} after`;
  });
}

describe("faults", () => {
  test("nothing goes wrong unless asked for", () => {
    expect(new Set(run(1, {}))).toEqual(new Set(["fine"]));
  });

  test("the same seed gives the same faults, another seed others", () => {
    const settings: FaultSettings = {
      reset: { before: 0.1, after: 0.1 },
      internalError: { before: 0.1, after: 0.1 },
      expireToken: 0.05,
    };
    expect(run(7, settings)).toEqual(run(7, settings));
    expect(run(7, settings)).not.toEqual(run(8, settings));
    expect(new Set(run(7, settings))).toEqual(
      new Set(["ExpiredToken before", "InternalError before", "InternalError after", "reset before", "reset after", "fine"]),
    );
  });

  test("a rate limit lets one second's worth through and refills with time", () => {
    let now = 0;
    const faults = control({ slowDown: { perSecond: 10 } }, 1, () => now);
    const passed = () => Array.from({ length: 30 }, () => faults.before(put)).filter((verdict) => verdict === undefined).length;
    expect(passed()).toBe(10);
    expect(passed()).toBe(0);
    now = 500;
    expect(passed()).toBe(5);
  });

  test("a limit for each prefix counts prefixes apart", () => {
    const faults = control({ slowDown: { perSecond: 1, per: "prefix" } });
    expect(faults.before(put)).toBeUndefined();
    expect(faults.before(put)?.error).toMatchObject({ code: "SlowDown", status: 503 });
    expect(faults.before({ ...put, key: "b/1" })).toBeUndefined();
  });

  test("faults keep to their scope", () => {
    const faults = control({ scope: { ops: ["CopyObject"], accountIds: ["1"] }, internalError: { before: 1 } });
    expect(faults.before(put)).toBeUndefined();
    expect(faults.before({ ...put, op: "CopyObject" })).toBeUndefined();
    expect(faults.before({ ...put, op: "CopyObject", accountId: "1" })?.error?.code).toBe("InternalError");
  });

  test("only sessions can expire, and an expired one ends for good", () => {
    const ended: string[] = [];
    const faults = new FaultControl({ seed: 1, settings: { expireToken: 1 }, expireSession: (arn) => ended.push(arn) });
    expect(faults.before({ ...put, arn: "arn:aws:iam::222233334444:user/admin" })).toBeUndefined();
    expect(faults.before(put)?.error?.code).toBe("ExpiredToken");
    expect(ended).toEqual([put.arn]);
  });

  test("a refused request meets no fault afterwards", () => {
    expect(control({ reset: { after: 1 } }).after(put, 403)).toBeUndefined();
  });

  test("latency has a fixed and a random part", () => {
    const faults = control({ latency: { fixedMs: 5, jitterMs: 10 } });
    const delays = Array.from({ length: 400 }, () => faults.before(put)?.delayMs ?? 0);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...delays)).toBeLessThan(15);
    expect(new Set(delays).size).toBeGreaterThan(300);
  });

  test.each([
    [{ slowdown: {} }, /unknown member slowdown/],
    [{ slowDown: { perSecond: 0 } }, /perSecond/],
    [{ reset: { before: 2 } }, /probability/],
    [{ latency: { fixedMs: -1 } }, /latency.fixedMs/],
    [{ scope: { op: [] } }, /unknown member op/],
    [{ refusal: { code: "Teapot", probability: 1 } }, /unknown code Teapot; known are .*ConditionalRequestConflict/],
    [{ refusal: { code: "Teapot", status: 200, probability: 1 } }, /refusal.status/],
    [{ refusal: { code: "SlowDown", probability: 7 } }, /refusal.probability/],
    [{ refusal: { code: "SlowDown", probability: 1, per: "all" } }, /unknown member per/],
    [{ errorIn200: { during: 1 } }, /errorIn200: unknown member during/],
  ])("settings that make no sense are named: %j", (settings, message) => {
    expect(() => faultSettingsFrom(settings)).toThrow(message);
  });
});
