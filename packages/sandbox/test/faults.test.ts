import { describe, expect, test } from "vitest";
import { FaultControl, type FaultQuestion } from "../src/faults/control.ts";
import { type FaultSettings, faultSettingsFrom } from "../src/faults/settings.ts";

const put: FaultQuestion = { op: "PutObjectAcl", accountId: "222233334444", bucket: "lake", key: "a/1", session: true };

function verdicts(seed: number, settings: FaultSettings, count = 400) {
  const control = new FaultControl(seed, settings, () => 0);
  return Array.from({ length: count }, () => control.decide(put));
}

describe("faults", () => {
  test("nothing goes wrong unless asked for", () => {
    expect(new Set(verdicts(1, {}).map((verdict) => JSON.stringify(verdict)))).toEqual(new Set(['{"delayMs":0}']));
  });

  test("the same seed gives the same faults, another seed others", () => {
    const settings: FaultSettings = { reset: { before: 0.1, after: 0.1 }, internalError: { before: 0.1, after: 0.1 }, expireToken: 0.05 };
    expect(verdicts(7, settings)).toEqual(verdicts(7, settings));
    expect(verdicts(7, settings)).not.toEqual(verdicts(8, settings));
    const seen = new Set(verdicts(7, settings).map((verdict) => `${verdict.before}/${verdict.after}`));
    expect([...seen].sort()).toEqual(
      [
        "ExpiredToken/undefined",
        "InternalError/undefined",
        "reset/undefined",
        "undefined/InternalError",
        "undefined/reset",
        "undefined/undefined",
      ].sort(),
    );
  });

  test("a rate limit lets one second's worth through and refills with time", () => {
    let now = 0;
    const control = new FaultControl(1, { slowDown: { perSecond: 10 } }, () => now);
    const passed = () => Array.from({ length: 30 }, () => control.decide(put)).filter((verdict) => verdict.before === undefined).length;
    expect(passed()).toBe(10);
    expect(passed()).toBe(0);
    now = 500;
    expect(passed()).toBe(5);
  });

  test("a limit for each prefix counts prefixes apart", () => {
    const control = new FaultControl(1, { slowDown: { perSecond: 1, per: "prefix" } }, () => 0);
    expect(control.decide(put).before).toBeUndefined();
    expect(control.decide(put).before).toBe("SlowDown");
    expect(control.decide({ ...put, key: "b/1" }).before).toBeUndefined();
  });

  test("faults keep to their scope", () => {
    const control = new FaultControl(1, { scope: { ops: ["CopyObject"], accountIds: ["1"] }, internalError: { before: 1 } });
    expect(control.decide(put).before).toBeUndefined();
    expect(control.decide({ ...put, op: "CopyObject" }).before).toBeUndefined();
    expect(control.decide({ ...put, op: "CopyObject", accountId: "1" }).before).toBe("InternalError");
  });

  test("only sessions can expire", () => {
    const control = new FaultControl(1, { expireToken: 1 });
    expect(control.decide({ ...put, session: false }).before).toBeUndefined();
    expect(control.decide(put).before).toBe("ExpiredToken");
  });

  test("latency has a fixed and a random part", () => {
    const delays = verdicts(3, { latency: { fixedMs: 5, jitterMs: 10 } }).map((verdict) => verdict.delayMs);
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
  ])("settings that make no sense are named: %j", (settings, message) => {
    expect(() => faultSettingsFrom(settings)).toThrow(message);
  });
});
