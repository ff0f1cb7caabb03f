// The dashboard's only moving part: it asks for snapshots, reads what the views need, carries out what the reducer decides, and owns the model.
// Nothing here draws. A snapshot or a read never overlaps another of its kind, and a failing one ends nothing.
import type { CampaignControl, CampaignView } from "@quitclaim/campaign";
import { grouped } from "./cells/number.ts";
import type { Effect, Event, Leaving, Load, LoadSlot, Model } from "./model.ts";
import { type Need, needsOf } from "./needs.ts";
import { reduce } from "./reducer.ts";

/** Ledger pages and batches are read again after this, so that an open list follows the work. */
const REREAD_MS = 3_000;

export interface SessionOptions {
  view: CampaignView;
  control?: CampaignControl;
  /** Runs the switch; resolves with one sentence about how it went. */
  onCutover?: () => Promise<string>;
  /** 1: stop and drain, resolves once nothing is in flight. 2: leave at once. */
  onInterrupt?: (times: 1 | 2) => Promise<void>;
}

export interface Session {
  model(): Model;
  subscribe(listener: () => void): () => void;
  dispatch(event: Event): void;
  /** Settles when the reducer decides to leave; the session is then stopped. */
  readonly left: Promise<Leaving>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function startSession(start: Model, options: SessionOptions): Session {
  let model = start;
  let polling = false;
  let timer: NodeJS.Timeout | undefined;
  const reading = new Set<LoadSlot>();
  const listeners = new Set<() => void>();
  const { promise: left, resolve: leave } = Promise.withResolvers<Leaving>();

  function dispatch(event: Event): void {
    const [next, effects] = reduce(model, event);
    model = next;
    for (const effect of effects) carryOut(effect);
    for (const listener of listeners) listener();
    if (model.leaving === undefined) readNeeds();
  }

  async function poll(): Promise<void> {
    if (polling || model.leaving !== undefined) return;
    polling = true;
    try {
      const snapshot = await options.view.snapshot();
      dispatch({ type: "snapshot", snapshot, now: Date.now() });
    } catch (error) {
      dispatch({ type: "snapshotFailed", message: messageOf(error), now: Date.now() });
    } finally {
      polling = false;
    }
  }

  function tick(): void {
    dispatch({ type: "tick", now: Date.now() });
    if (model.leaving !== undefined) return;
    void poll();
    timer = setTimeout(tick, model.tickMs);
  }

  function readNeeds(): void {
    for (const need of needsOf(model)) {
      const had = model.loads[need.slot];
      const fresh = had !== undefined && had.key === need.key && Date.now() - had.at < REREAD_MS;
      if (!fresh && !reading.has(need.slot)) void read(need);
    }
  }

  async function read(need: Need): Promise<void> {
    reading.add(need.slot);
    try {
      await readOne(need);
    } finally {
      reading.delete(need.slot);
    }
    // What was asked meanwhile is read now, not a tick later.
    if (model.leaving === undefined) readNeeds();
  }

  async function readOne(need: Need): Promise<void> {
    const { view } = options;
    const answer = async <T>(ask: () => Promise<T>): Promise<Load<T>> => {
      const { scope, key } = need;
      try {
        return { scope, key, value: await ask(), at: Date.now() };
      } catch (error) {
        return { scope, key, error: messageOf(error), at: Date.now() };
      }
    };
    switch (need.slot) {
      case "failures":
        return dispatch({
          type: "loaded",
          slot: need.slot,
          load: await answer(async () => ({ offset: need.query.offset, ...(await view.failures(need.query)) })),
        });
      case "batches":
        return dispatch({ type: "loaded", slot: need.slot, load: await answer(() => view.batchesInFlight(need.account)) });
      case "object": {
        const { account, batch, key, versionId } = need.row;
        return dispatch({
          type: "loaded",
          slot: need.slot,
          load: await answer(async () => (await view.object(account, batch, key, versionId)) ?? null),
        });
      }
    }
  }

  function carryOut(effect: Effect): void {
    switch (effect.do) {
      case "leave":
        clearTimeout(timer);
        leave(effect.reason);
        break;
      case "interrupt":
        void interrupt(effect.times);
        break;
      case "cutover":
        void tell("cutover", async () => (await options.onCutover?.()) ?? "");
        break;
      default:
        void tell(effect.do, () => command(effect));
    }
  }

  /** Answers with what was done, in words. */
  async function command(effect: Extract<Effect, { do: "pause" | "resume" | "retry" | "ceiling" }>): Promise<string> {
    const { control } = options;
    if (control === undefined) throw new Error("this dashboard is read-only");
    const whom = (account: string | undefined): string => account ?? "all accounts";
    switch (effect.do) {
      case "pause":
        await control.pause(effect.account, effect.pause);
        return `paused ${whom(effect.account)}; p resumes`;
      case "resume":
        await control.resume(effect.account);
        return `resumed ${whom(effect.account)}`;
      case "retry": {
        const { do: _, ...selection } = effect;
        const count = await control.retry(selection);
        return `${grouped(count)} ${count === 1 ? "object" : "objects"} put to work again`;
      }
      case "ceiling":
        await control.setCeiling(effect.value);
        return `ceiling set to ${grouped(effect.value)} requests/s`;
    }
  }

  async function tell(what: string, act: () => Promise<string>): Promise<void> {
    try {
      const text = await act();
      dispatch({ type: "told", text, tone: "good", now: Date.now() });
    } catch (error) {
      dispatch({ type: "told", text: `${what} failed: ${messageOf(error)}`, tone: "bad", now: Date.now() });
    }
    await poll();
  }

  async function interrupt(times: 1 | 2): Promise<void> {
    try {
      await options.onInterrupt?.(times);
      dispatch({ type: "stopped" });
    } catch (error) {
      dispatch({ type: "told", text: `stopping failed: ${messageOf(error)}; Ctrl-C again leaves at once`, tone: "bad", now: Date.now() });
    }
  }

  // The first event must find the session whole; the caller subscribes in the same turn.
  queueMicrotask(tick);
  return {
    model: () => model,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch,
    left,
  };
}
