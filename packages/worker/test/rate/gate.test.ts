import { accountId } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { Budget, type Lease, type LeaseSource } from "../../src/rate/budget.ts";
import { Gate } from "../../src/rate/gate.ts";
import { Stopped } from "../../src/stopped.ts";

const a = accountId("222233334444");
const b = accountId("333344445555");
const never = new AbortController().signal;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Grants what it is told to; null: out of reach. */
function source(answer: () => Lease | null): LeaseSource & { left: boolean } {
  return {
    left: false,
    lease: async () => {
      const lease = answer();
      if (lease === null) throw new Error("no Redis");
      return lease;
    },
    async leave() {
      this.left = true;
    },
  };
}
const grant = (granted: number): Lease => ({ granted, permittedPerSecond: 100, sharePerSecond: 100 });

describe("the gate of a process", () => {
  it("lets no more requests in flight than the process's concurrency", async () => {
    const budget = new Budget(
      source(() => grant(100)),
      100,
    );
    await budget.refill();
    const gate = new Gate(budget, 3);
    const entered = Array.from({ length: 5 }, () => gate.enter(a, never));
    expect(entered.filter((turn) => turn === undefined)).toHaveLength(3);
    gate.leave(a, false);
    await entered[3];
    expect(gate.inFlight).toBe(3);
  });

  it("gives accounts turns, however many requests each has waiting", async () => {
    const budget = new Budget(
      source(() => grant(100)),
      1_000,
    );
    const gate = new Gate(budget, 1);
    await budget.refill();
    expect(gate.enter(a, never)).toBeUndefined();
    const order: string[] = [];
    const wait = (account: typeof a, name: string): void => {
      void gate.enter(account, never)?.then(() => order.push(name));
    };
    for (let i = 0; i < 4; i++) wait(a, "a");
    for (let i = 0; i < 2; i++) wait(b, "b");
    for (let i = 0; i < 6; i++) {
      gate.leave(a, false);
      await tick();
    }
    expect(order).toEqual(["a", "b", "a", "b", "a", "a"]);
  });

  it("gives the batches of an account turns: one that comes late does not wait for all that wait already", async () => {
    const budget = new Budget(
      source(() => grant(100)),
      1_000,
    );
    const gate = new Gate(budget, 1);
    await budget.refill();
    const [early, late] = [new AbortController().signal, new AbortController().signal];
    expect(gate.enter(a, early)).toBeUndefined();
    const order: string[] = [];
    const wait = (signal: AbortSignal, name: string): void => {
      void gate.enter(a, signal)?.then(() => order.push(name));
    };
    for (let i = 0; i < 20; i++) wait(early, "early");
    for (let i = 0; i < 2; i++) wait(late, "late");
    for (let i = 0; i < 5; i++) {
      gate.leave(a, false);
      await tick();
    }
    expect(order).toEqual(["early", "late", "early", "late", "early"]);
  });

  it("sends a stopped batch's waiters away and keeps the others", async () => {
    const gate = new Gate(
      new Budget(
        source(() => grant(0)),
        100,
      ),
      10,
    );
    const stopping = new AbortController();
    const gone = gate.enter(a, stopping.signal);
    const kept = gate.enter(a, never);
    stopping.abort();
    gate.sweep();
    await expect(gone).rejects.toBeInstanceOf(Stopped);
    let state = "waiting";
    void kept?.then(
      () => (state = "in"),
      () => (state = "stopped"),
    );
    await tick();
    expect(state).toBe("waiting");
    await gate.close();
    await tick();
    expect(state).toBe("stopped");
  });

  it("without Redis goes on at its last share, never faster, and slower where S3 says so", async () => {
    let now = 0;
    let reachable = true;
    const budget = new Budget(
      source(() => (reachable ? grant(10) : null)),
      10_000,
      () => now,
    );
    await budget.refill();
    const drain = (): number => {
      let taken = 0;
      while (budget.take()) taken++;
      return taken;
    };
    drain();
    reachable = false;
    let sent = 0;
    for (let i = 0; i < 40; i++) {
      now += 50;
      expect(await budget.refill()).toBe(false);
      sent += drain();
    }
    expect(sent).toBeLessThanOrEqual(200);
    expect(sent).toBeGreaterThan(180);
    budget.answered(true);
    sent = 0;
    for (let i = 0; i < 40; i++) {
      now += 50;
      await budget.refill();
      sent += drain();
    }
    expect(sent).toBeLessThanOrEqual(105);
  });
});
