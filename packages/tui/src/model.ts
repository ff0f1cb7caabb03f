// All that the screen is made of. The dashboard is a pure function of this; only the reducer makes a new one.
import type { AccountId, CampaignView, ObjectFacts, Pause, ProgressSnapshot, ResultRow } from "@quitclaim/campaign";
import type { Watched } from "./eta.ts";

export type LedgerRow = ResultRow & { account: AccountId; batch: string };
export type BatchInFlight = Awaited<ReturnType<CampaignView["batchesInFlight"]>>[number];

/** Where the cursor stands: on an item by its name where it has one, so that it does not slide when a list changes; else by place. */
export interface Cursor {
  readonly at: number;
  readonly id?: string;
}

export type View =
  | { readonly kind: "campaign"; readonly cursor: Cursor; readonly filter: string }
  | { readonly kind: "account"; readonly account: AccountId; readonly cursor: Cursor; readonly filter: string }
  | { readonly kind: "failures"; readonly cursor: Cursor; readonly filter: string }
  | { readonly kind: "objects"; readonly account?: AccountId; readonly code?: string; readonly cursor: Cursor; readonly filter: string }
  | { readonly kind: "object"; readonly row: LedgerRow; readonly cursor: Cursor; readonly filter: "" }
  | { readonly kind: "help"; readonly cursor: Cursor; readonly filter: "" };

/** What a change asks before it is made. Everything it needs is fixed here, so that what was read is what is done. */
export type Dialog =
  | { readonly kind: "pause"; readonly account?: AccountId }
  | { readonly kind: "resume"; readonly account?: AccountId }
  | { readonly kind: "retry"; readonly account?: AccountId; readonly code?: string; readonly count: number }
  | { readonly kind: "ceiling"; readonly before: number; readonly after: number }
  | { readonly kind: "cutover"; readonly typed: string };

export interface Notice {
  readonly text: string;
  readonly tone: "good" | "warn" | "bad";
  /** Local clock, ms; gone after it. */
  readonly until: number;
}

/** What was read for the views below the campaign; `scope` and `key` say for which question (needs.ts). `at` is the local clock. */
export interface Load<T> {
  readonly scope: string;
  readonly key: string;
  readonly at: number;
  readonly value?: T;
  readonly error?: string;
}
export interface Loads {
  readonly failures?: Load<{ offset: number; total: number; rows: readonly LedgerRow[] }>;
  readonly batches?: Load<readonly BatchInFlight[]>;
  readonly object?: Load<ObjectFacts | null>;
}
export type LoadSlot = keyof Loads;

/** What this dashboard may do; a key for anything else is neither shown nor obeyed. */
export interface Abilities {
  readonly control: boolean;
  readonly cutover: boolean;
  /** Whether Ctrl-C stops work that belongs to this process. */
  readonly interrupt: boolean;
}

export type Leaving = "detached" | "finished" | "interrupted";

export interface Model {
  readonly abilities: Abilities;
  readonly columns: number;
  readonly rows: number;
  /** Local clock, ms. */
  readonly now: number;
  readonly tickMs: number;
  readonly exitWhenFinished: boolean;
  /** Lines that the text on the screen is longer than its place, as of the newest key. */
  readonly scrollMax: number;
  readonly snapshot?: ProgressSnapshot;
  /** Local clock at the last good snapshot, or at the start. */
  readonly heardAt: number;
  /** Why the newest attempt at a snapshot failed. */
  readonly failing?: string;
  /** Counts snapshots in which work was seen to move; drives the spinner, which therefore cannot turn while nothing moves. */
  readonly beats: number;
  readonly watched: Watched;
  readonly lastSeen?: ProgressSnapshot;
  /** From the campaign down to what is on the screen; never empty. */
  readonly trail: readonly [View, ...View[]];
  readonly filtering: boolean;
  readonly faultsOnly: boolean;
  readonly dialog?: Dialog;
  readonly notice?: Notice;
  readonly loads: Loads;
  /** How often Ctrl-C was pressed. */
  readonly interrupts: 0 | 1 | 2;
  readonly leaving?: Leaving;
}

/** What the reducer asks the outside for. */
export type Effect =
  | { readonly do: "pause"; readonly account: AccountId | undefined; readonly pause: Pause }
  | { readonly do: "resume"; readonly account: AccountId | undefined }
  | { readonly do: "retry"; readonly account?: AccountId; readonly code?: string }
  | { readonly do: "ceiling"; readonly value: number }
  | { readonly do: "cutover" }
  | { readonly do: "interrupt"; readonly times: 1 | 2 }
  | { readonly do: "leave"; readonly reason: Leaving };

export type Key =
  | {
      readonly name:
        | "up"
        | "down"
        | "pageUp"
        | "pageDown"
        | "home"
        | "end"
        | "enter"
        | "right"
        | "left"
        | "escape"
        | "backspace"
        | "interrupt";
    }
  | { readonly name: "char"; readonly char: string };

export type Event =
  /** `scrollMax`: how far the text view on the screen scrolls (frame.ts); 0 for lists. */
  | { readonly type: "key"; readonly key: Key; readonly now: number; readonly scrollMax: number }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  | { readonly type: "tick"; readonly now: number }
  | { readonly type: "snapshot"; readonly snapshot: ProgressSnapshot; readonly now: number }
  | { readonly type: "snapshotFailed"; readonly message: string; readonly now: number }
  | { readonly type: "loaded"; readonly slot: "failures"; readonly load: NonNullable<Loads["failures"]> }
  | { readonly type: "loaded"; readonly slot: "batches"; readonly load: NonNullable<Loads["batches"]> }
  | { readonly type: "loaded"; readonly slot: "object"; readonly load: NonNullable<Loads["object"]> }
  | { readonly type: "told"; readonly text: string; readonly tone: Notice["tone"]; readonly now: number }
  /** The work of this process has stopped. */
  | { readonly type: "stopped" }
  /** The terminal is gone; the work is not. */
  | { readonly type: "hungUp" };

/** The view on the screen. */
export const top = (model: Model): View => model.trail[model.trail.length - 1] ?? model.trail[0];

/** Milliseconds since a snapshot was last had, where that is too long or the newest attempt failed; undefined while all is well. */
export function silentFor(model: Model): number | undefined {
  const silent = model.now - model.heardAt;
  return model.failing !== undefined || silent > Math.max(3_000, 3 * model.tickMs) ? silent : undefined;
}

export function emptyModel(start: {
  abilities: Abilities;
  columns: number;
  rows: number;
  now: number;
  tickMs: number;
  exitWhenFinished: boolean;
  lastSeen?: ProgressSnapshot;
}): Model {
  const { lastSeen, ...rest } = start;
  return {
    ...rest,
    ...(lastSeen === undefined ? {} : { lastSeen }),
    heardAt: start.now,
    beats: 0,
    scrollMax: 0,
    watched: { accounts: new Map() },
    trail: [{ kind: "campaign", cursor: { at: 0 }, filter: "" }],
    filtering: false,
    faultsOnly: false,
    loads: {},
    interrupts: 0,
  };
}
