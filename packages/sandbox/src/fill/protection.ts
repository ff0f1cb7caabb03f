/** Object Lock and replication marks of filled versions: small shares, in the years in which the bucket had either. */
import type { ObjectLock } from "../store/object.ts";
import { type Calendar, dayMs, lockSince, replicatedFrom, replicatedUntil } from "./calendar.ts";
import { type Dice, Table } from "./dice.ts";

type Hold = "governance" | "compliance" | "held" | "held-and-governance" | "released" | "none";

/** Of the versions written since the bucket has Object Lock. */
const holds = new Table<Hold>([
  [0.02, "governance"],
  [0.006, "compliance"],
  [0.006, "held"],
  [0.002, "held-and-governance"],
  [0.003, "released"],
  [0.963, "none"],
]);

const retentionYears = [1, 2, 5, 7] as const;

/** Retention from the day of the write: some has run out by now, most is in force. */
export function drawLock(dice: Dice, calendar: Calendar, at: number): ObjectLock | undefined {
  if (at < lockSince) return undefined;
  const hold = holds.draw(dice);
  if (hold === "none") return undefined;
  if (hold === "held") return { legalHold: true };
  const retainUntil = calendar.dated(at + dice.pick(retentionYears) * 365 * dayMs);
  const mode = hold === "compliance" ? "COMPLIANCE" : "GOVERNANCE";
  if (hold === "held-and-governance") return { mode, retainUntil, legalHold: true };
  return hold === "released" ? { legalHold: false } : { mode, retainUntil };
}

const replications = new Table<"COMPLETED" | "FAILED" | undefined>([
  [0.05, "COMPLETED"],
  [0.01, "FAILED"],
  [0.94, undefined],
]);

export function drawReplication(dice: Dice, at: number): "COMPLETED" | "FAILED" | undefined {
  return at >= replicatedFrom && at < replicatedUntil ? replications.draw(dice) : undefined;
}
