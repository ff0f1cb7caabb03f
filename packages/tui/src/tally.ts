// Sums over a tally of the snapshot, each with one meaning wherever it is shown.
import type { AccountProgress, DoneOutcome, ProgressSnapshot, Tally } from "@quitclaim/campaign";

/** What each outcome did, in the words of the screen. An ACL gives access; the owner stays who it was. */
export const OUTCOME_WORDS: Record<DoneOutcome, string> = {
  granted: "granted access",
  copied: "copied",
  reencrypted: "re-encrypted",
  already: "already fine",
  vanished: "vanished",
  changed: "changed since",
};

const sum = (counts: Partial<Record<string, number>>): number =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);

/** Objects with an outcome other than failed. */
export const doneOf = (tally: Tally): number => sum(tally.done);
export const failedOf = (tally: Tally): number => sum(tally.failed);
/** Objects that need no more work in this run: done or failed. */
export const finishedOf = (tally: Tally): number => doneOf(tally) + failedOf(tally);
/** 0 to 1; 1 only where nothing remains. */
export const shareOf = (tally: Tally): number => (tally.planned === 0 ? 1 : Math.min(1, finishedOf(tally) / tally.planned));

/** Failure counts, most frequent first; equal counts by code, so that lines keep their place. */
export function failuresByCode(failed: Record<string, number>): { code: string; count: number }[] {
  return Object.entries(failed)
    .filter(([, count]) => count > 0)
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** Nothing remains and nothing will start by itself. */
export const isOver = (snapshot: ProgressSnapshot): boolean => snapshot.state === "finished" || snapshot.state === "switched";

/** Something of this account wants a person or explains slowness. */
export const isFaulty = (account: AccountProgress): boolean =>
  failedOf(account) > 0 || account.state === "paused" || account.state === "throttled" || account.pause !== undefined;
