// The words for a moment of a campaign: the state of an account, of the whole, and the line that must be seen. Pure decisions.
import type { AccountProgress, AccountState, CampaignState, Pause, Phase, ProgressSnapshot, Tally } from "./snapshot.ts";

/** A worker that was seen this recently lives; they give a sign every few seconds. */
export const ALIVE_MS = 15_000;
/** From this share of SlowDown answers on, an account is called throttled. */
const THROTTLED_SHARE = 0.05;

export function accountState(at: {
  remaining: number;
  batchesInFlight: number;
  throttledShare: number;
  paused: boolean;
  alive: boolean;
}): AccountState {
  if (at.remaining === 0 && at.batchesInFlight === 0) return "finished";
  if (at.paused) return "paused";
  if (!at.alive || at.batchesInFlight === 0) return "waiting";
  return at.throttledShare >= THROTTLED_SHARE ? "throttled" : "running";
}

export function campaignState(at: {
  switched: boolean;
  accounts: readonly Pick<AccountProgress, "remaining" | "pause">[];
  stopAsked: boolean;
  alive: boolean;
}): CampaignState {
  if (at.switched) return "switched";
  const open = at.accounts.filter((a) => a.remaining > 0);
  if (open.length === 0) return "finished";
  if (at.alive && at.stopAsked) return "draining";
  if (open.every((a) => a.pause !== undefined)) return "paused";
  return at.alive ? "running" : "planned";
}

/** undefined where nothing must be seen. */
export function bannerOf(accounts: readonly AccountProgress[], stopBy: string | undefined): string | undefined {
  if (stopBy !== undefined) return `stopping: asked by ${stopBy}; what is in flight is finished first`;
  const open = accounts.filter((a) => a.remaining > 0);
  const paused = open.filter((a): a is AccountProgress & { pause: Pause } => a.pause !== undefined);
  const first = paused[0];
  if (first === undefined) return undefined;
  const since = new Date(first.pause.at).toISOString().slice(0, 16).replace("T", " ");
  const cause = first.pause.cause;
  if (paused.length === open.length && paused.every((a) => a.pause.cause === cause))
    return `paused since ${since} UTC by the ${first.pause.by}: ${cause}`;
  if (paused.length === 1) return `${first.name} paused since ${since} UTC by the ${first.pause.by}: ${cause}`;
  return `${paused.length} of ${open.length} accounts paused: ${paused.map((a) => a.name).join(", ")}; ${first.name}: ${cause}`;
}

/** Sums of the accounts; `held` is the plan's, because held objects may belong to no account. */
export function totals(accounts: readonly AccountProgress[], held: number): Tally {
  const all: Tally = { planned: 0, done: {}, failed: {}, remaining: 0, held };
  for (const account of accounts) {
    all.planned += account.planned;
    all.remaining += account.remaining;
    for (const [code, n] of Object.entries(account.failed)) all.failed[code] = (all.failed[code] ?? 0) + n;
    for (const [outcome, n] of Object.entries(account.done) as [keyof Tally["done"], number][])
      all.done[outcome] = (all.done[outcome] ?? 0) + n;
  }
  return all;
}

/** planned = done + failed + remaining for each account; the account for which it does not hold. */
export function unconserved(
  accounts: readonly Pick<AccountProgress, "account" | "planned" | "done" | "failed" | "remaining">[],
): string | undefined {
  const add = (counts: object): number => Object.values(counts).reduce<number>((a, n) => a + Number(n), 0);
  const wrong = accounts.find((a) => a.remaining < 0 || add(a.done) + add(a.failed) + a.remaining !== a.planned);
  return (
    wrong &&
    `account ${wrong.account}: ${wrong.planned} planned, but ${add(wrong.done)} done, ${add(wrong.failed)} failed and ${wrong.remaining} remaining. Do not trust these figures: stop, then \`quitclaim run\` counts again from the ledger`
  );
}

/** Of the phases, whether the switch is thrown. */
export const isSwitched = (phases: ReadonlyMap<ProgressSnapshot["phases"][number]["name"], Phase["state"]>): boolean =>
  phases.get("switch") === "done";
