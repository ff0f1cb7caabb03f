// The pace of a listing, on a clock of the test's own.
import { describe, expect, it } from "vitest";
import { Pace } from "../src/listing/pace.ts";

const still = new AbortController().signal;

describe("a pace", () => {
  it("halves what was really asked where the server says SlowDown, once for many such answers, and regains it with time", async () => {
    let now = 0;
    const pace = new Pace({ requestsPerSecond: 1_000, atOnce: 10, now: () => now });
    for (let i = 0; i < 200; i++) {
      now += 5;
      await pace.enter(still);
      pace.leave();
    }
    pace.throttled();
    pace.throttled();
    expect(pace.perSecond).toBe(100);
    now += 10_000;
    await pace.enter(still);
    pace.leave();
    expect(pace.perSecond).toBeGreaterThan(500);
    expect(pace.perSecond).toBeLessThanOrEqual(1_000);
  });

  it("lets so many requests go at once, and those that wait leave with the signal's reason", async () => {
    const pace = new Pace({ requestsPerSecond: 1_000_000, atOnce: 2 });
    const stop = new AbortController();
    await pace.enter(stop.signal);
    await new Promise((later) => setTimeout(later, 5));
    await pace.enter(stop.signal);
    const third = pace.enter(stop.signal);
    stop.abort(new Error("enough"));
    await expect(third).rejects.toThrow("enough");
    await expect(pace.enter(stop.signal)).rejects.toThrow("enough");
  });
});
