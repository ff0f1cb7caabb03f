// Which keys a view obeys now. The key line, the help page and the reducer all read this one table, so none can promise what another refuses.
import { accountOf, placesOf, scopeOf, selectedItem } from "../listing.ts";
import { type Model, top, type View } from "../model.ts";
import { failedOf } from "../tally.ts";

export type Command =
  | "move"
  | "open"
  | "back"
  | "pause"
  | "pauseAll"
  | "retry"
  | "ceiling"
  | "filter"
  | "faults"
  | "cutover"
  | "help"
  | "detach";

export interface Binding {
  readonly command: Command;
  /** As printed; up, down and enter are replaced by the terminal's glyphs. */
  readonly keys: string;
  readonly label: string;
  readonly explained: string;
  readonly changes: boolean;
}

const LISTS: readonly View["kind"][] = ["campaign", "account", "failures", "objects"];

/** What `r` would put to work again from here; undefined where there is nothing. */
export function retryScope(model: Model): { account?: NonNullable<ReturnType<typeof scopeOf>>; code?: string; count: number } | undefined {
  const { snapshot } = model;
  const view = top(model);
  if (snapshot === undefined || view.kind === "help") return undefined;
  const account = scopeOf(model, view);
  const item = selectedItem(model, view);
  const code =
    view.kind === "objects"
      ? view.code
      : view.kind === "object"
        ? view.row.code || undefined
        : item?.kind === "reason"
          ? item.code
          : undefined;
  const tally = account === undefined ? snapshot : accountOf(snapshot, account);
  if (tally === undefined) return undefined;
  const count = code === undefined ? failedOf(tally) : (tally.failed[code] ?? 0);
  if (count === 0) return undefined;
  return { ...(account === undefined ? {} : { account }), ...(code === undefined ? {} : { code }), count };
}

/** Whether `p` would pause or resume, and whom; undefined where it has nobody or nothing is left to do. */
export function pauseScope(model: Model): { kind: "pause" | "resume"; account: NonNullable<ReturnType<typeof scopeOf>> } | undefined {
  const view = top(model);
  const account = view.kind === "help" ? undefined : scopeOf(model, view);
  const progress = account === undefined ? undefined : accountOf(model.snapshot, account);
  if (account === undefined || progress === undefined) return undefined;
  if (progress.pause !== undefined || progress.state === "paused") return { kind: "resume", account };
  return progress.remaining > 0 ? { kind: "pause", account } : undefined;
}

/** Pause all, or resume all where everything that has work left is paused. */
export function pauseAllScope(model: Model): "pause" | "resume" | undefined {
  const { snapshot } = model;
  if (snapshot === undefined) return undefined;
  const open = snapshot.accounts.filter((one) => one.remaining > 0 || one.pause !== undefined);
  if (open.length === 0) return undefined;
  return open.every((one) => one.pause !== undefined || one.state === "paused") ? "resume" : "pause";
}

/** The keys that do something here and now, in the order of their use. */
export function bindings(model: Model): readonly Binding[] {
  const view = top(model);
  const { control, cutover } = model.abilities;
  const list = LISTS.includes(view.kind);
  const found: Binding[] = [];
  const add = (command: Command, keys: string, label: string, explained: string, changes = false): void => {
    found.push({ command, keys, label, explained, changes });
  };
  if (list) add("move", "updown", "move", "also j k, PgUp, PgDn, Home g, End G");
  else add("move", "updown", "scroll", "also j k, PgUp, PgDn, Home g, End G");
  if (list && (view.kind === "objects" || placesOf(model, view) > 0)) add("open", "enter", "open", "also right: one level down");
  if (model.trail.length > 1) add("back", "esc", "back", "also left: one level up");
  if (control) {
    const pause = pauseScope(model);
    if (pause !== undefined) add("pause", "p", pause.kind, `${pause.kind} this account; asks first`, true);
    if (retryScope(model) !== undefined) add("retry", "r", "retry", "failed objects under the cursor go to work again; asks first", true);
    if (model.snapshot !== undefined && view.kind !== "help")
      add("ceiling", "+/-", "rate", "the ceiling of requests a second; asks first", true);
  }
  if (list) add("filter", "/", "filter", "only what contains the text you type; esc: all");
  if (view.kind === "campaign")
    add("faults", "f", model.faultsOnly ? "all" : "faults", "only accounts that failed, pause or are throttled");
  if (cutover && view.kind === "campaign" && model.snapshot?.state !== "switched") {
    add("cutover", "c", "cutover", "preflight and switch; asks for the bucket's name", true);
  }
  if (control && view.kind === "campaign") {
    const all = pauseAllScope(model);
    if (all !== undefined) add("pauseAll", "P", `${all} all`, `${all} every account; asks first`, true);
  }
  if (view.kind !== "help") add("help", "?", "keys", "this page");
  add("detach", "q", "detach", "leave the dashboard; work goes on");
  return found;
}

export const allows = (model: Model, command: Command): boolean => bindings(model).some((binding) => binding.command === command);
