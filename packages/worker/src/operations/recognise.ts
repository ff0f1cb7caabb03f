// Is the current version the one that was planned, a copy that we made already, or somebody else's upload? Pure: the whole defence
// against copying twice is this table, and every way to a CopyObject leads through it.
//
// How the three kinds of bucket show a copy of ours:
//   versioned    the current version ID is another than the plan's; the original lies below it, unchanged
//   suspended    the current version is "null": another than the plan's, or, where the plan's was "null" itself, that one
//                rewritten; then only Last-Modified tells
//   unversioned  the same as the last: the bytes were replaced, and only Last-Modified tells
import type { HeadFacts } from "@quitclaim/aws";
import type { PlanRow } from "@quitclaim/campaign";
import { CLOCK_SKEW_MS_MAX } from "../limits.ts";
import { etagMustStay } from "./copy-compare.ts";

export type Current =
  /** Untouched since the inventory: may be copied. */
  | "planned"
  /** Looks like our copy; the bucket owner's ownership is still to be proven. */
  | "maybe-ours"
  | "changed";

type PlannedFacts = Pick<PlanRow, "versionId" | "etag" | "size" | "lastModified" | "encryption">;

/**
 * `intentAt`: epoch ms of the durable note that was written before the batch's first copy; undefined: no copy of ours was ever sent.
 * HTTP dates have whole seconds, so times are compared in them.
 */
export function recognise(
  row: PlannedFacts,
  current: Pick<HeadFacts, "versionId" | "etag" | "size" | "lastModified">,
  intentAt: number | undefined,
): Current {
  if (isPlanned(row, current)) return "planned";
  if (intentAt === undefined || current.size !== row.size) return "changed";
  if (current.lastModified < intentAt - CLOCK_SKEW_MS_MAX) return "changed";
  const etagTells = row.etag !== null && !row.encryption.includes("KMS") && etagMustStay({ etag: row.etag });
  return !etagTells || current.etag === row.etag ? "maybe-ours" : "changed";
}

function isPlanned(row: PlannedFacts, current: Pick<HeadFacts, "versionId" | "etag" | "size" | "lastModified">): boolean {
  const versionTells = row.versionId !== null && row.versionId !== "null";
  if (versionTells || (row.versionId === "null" && current.versionId !== undefined)) {
    if (row.versionId !== current.versionId) return false;
  }
  if (row.size !== current.size || (row.etag !== null && row.etag !== current.etag)) return false;
  // A version that has an ID of its own cannot be rewritten.
  return versionTells || row.lastModified === null || seconds(row.lastModified) === seconds(current.lastModified);
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);
