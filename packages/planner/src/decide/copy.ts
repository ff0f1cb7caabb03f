// What cannot be copied in place, and why (domain.md 4): asked only where the action is a copy.
import type { RowFacts } from "./facts.ts";

export type CopyHold = "sse-c" | "archived" | "object-locked" | "noncurrent";

const ARCHIVE_CLASSES = new Set(["GLACIER", "DEEP_ARCHIVE"]);
const ARCHIVE_TIERS = new Set(["ARCHIVE", "DEEP_ARCHIVE"]);

export function copyHold(facts: RowFacts): CopyHold | undefined {
  // Only the holder of the key can read it.
  if (facts.encryption === "SSE-C") return "sse-c";
  // Must be restored first, which costs money that nobody agreed to.
  if (ARCHIVE_CLASSES.has(facts.storageClass) || ARCHIVE_TIERS.has(facts.accessTier)) return "archived";
  // The locked version stays, foreign-owned, below an unlocked copy.
  if (facts.lockMode !== "" || facts.legalHold.toUpperCase() === "ON") return "object-locked";
  // A copy makes a new current version; an old one keeps its owner.
  if (!facts.isLatest) return "noncurrent";
  return undefined;
}
