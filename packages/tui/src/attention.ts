// What needs a person, most urgent first. The line of failures is always first where there is one, because the cursor can go there.
import type { AccountProgress } from "@quitclaim/campaign";
import { grouped, percent } from "./cells/number.ts";
import { span } from "./cells/time.ts";
import type { Model } from "./model.ts";
import { doneOf, failedOf, failuresByCode, finishedOf, isOver } from "./tally.ts";
import type { Tone } from "./theme.ts";

export interface Attention {
  readonly kind: "failures" | "other";
  readonly shape: "failed" | "paused" | "throttled" | "waiting" | "done";
  readonly tone: Tone;
  /** Parts by importance; those that do not fit are left out from the end. */
  readonly parts: readonly string[];
}

const SILENT_WORKER_MS = 15_000;
const QUIET_MS = 60_000;
const STALE_CHECKPOINT_MS = 5_000;
const THROTTLED_SHARE = 0.05;

/** Never empty: where nothing needs a person, that is what it says. */
export function attention(model: Model): readonly Attention[] {
  const { snapshot, watched } = model;
  if (snapshot === undefined) return [];
  const found: Attention[] = [];
  const other = (shape: Attention["shape"], tone: Tone, ...parts: string[]): void => {
    found.push({ kind: "other", shape, tone, parts });
  };
  const failed = failedOf(snapshot);
  if (failed > 0) {
    const codes = failuresByCode(snapshot.failed).map(({ code, count }) => `${grouped(count)} ${code}`);
    found.push({ kind: "failures", shape: "failed", tone: "bad", parts: [`${grouped(failed)} failed:`, ...codes] });
  }
  const open = snapshot.remaining > 0;
  if (open && snapshot.state !== "paused" && snapshot.workers.length === 0) {
    if (snapshot.engine !== undefined) other("waiting", "warn", "no worker is at work: one is being started");
    else other("paused", "warn", "no worker is at work: nothing moves until one is started (quitclaim run)");
  }
  for (const worker of snapshot.workers) {
    const silent = snapshot.at - worker.seenAt;
    if (silent > SILENT_WORKER_MS) other("failed", "warn", `worker ${worker.id} silent for ${span(silent)}; its batches go to the others`);
  }
  const paused = snapshot.accounts.filter((account) => account.remaining > 0 && account.pause !== undefined);
  if (paused.length > 0) other("paused", "warn", `${pausedText(paused)}: mend the cause, then resume`);
  const quiet = snapshot.at - (watched.total?.movedAt ?? watched.total?.firstAt ?? snapshot.at);
  if (open && snapshot.state === "running" && snapshot.workers.length > 0 && quiet > QUIET_MS) {
    other("waiting", "warn", `no object finished for ${span(quiet)}`);
  }
  if (open && snapshot.checkpointAgeMs !== undefined && snapshot.checkpointAgeMs > STALE_CHECKPOINT_MS) {
    other("waiting", "warn", `the newest checkpoint is ${span(snapshot.checkpointAgeMs)} old`);
  }
  if (open && snapshot.throttledShare >= THROTTLED_SHARE) {
    other("throttled", "warn", `S3 asks to slow down (${percent(snapshot.throttledShare, 1)}); the rate follows by itself`);
  }
  const changed = snapshot.done.changed ?? 0;
  if (changed > 0) other("waiting", "warn", `${grouped(changed)} rewritten since the inventory: left alone, a new plan takes them`);
  if (snapshot.held > 0) other("waiting", "plain", `${grouped(snapshot.held)} held for a person; the campaign folder's held/ says why`);
  if (isOver(snapshot) && failed === 0) {
    other(
      "done",
      "good",
      snapshot.state === "switched"
        ? "the bucket owner owns every object: nothing left to do"
        : `all ${grouped(doneOf(snapshot))} done; next: verify, preflight, cutover`,
    );
  }
  if (found.length === 0 || found.every(({ tone }) => tone === "plain")) {
    const word = finishedOf(snapshot) === 0 && snapshot.state === "planned" ? "planned, nothing started yet" : "nothing needs you";
    other("done", "good", word);
  }
  return found;
}

function pausedText(paused: readonly AccountProgress[]): string {
  return paused.length === 1 ? `${paused[0]?.name} is paused` : `${paused.length} accounts are paused`;
}
