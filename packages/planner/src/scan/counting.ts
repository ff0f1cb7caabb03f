// The rows of a data file as they are counted: one at a time, or as many at once as were decided alike.
import { COPY_OBJECT_BYTES_MAX, type Op, type PlanCounts } from "@quitclaim/campaign/words";
import { type Decision, needsOnlySwitch } from "../decide/decide.ts";
import type { RowFacts } from "../decide/facts.ts";
import type { WeighedAcl } from "../decide/grants.ts";
import type { DecisionSettings } from "../decide/settings.ts";
import { earlyKibDays } from "../forecast/early.ts";
import { copyParts } from "../forecast/parts.ts";
import type { OwnerCell } from "./cells.ts";
import { accountCounts, type ClassTally, emptyTally, type Tally } from "./tally.ts";

/** How many rows, how many bytes they are together, and how many of them no version ID pins. */
export interface Several {
  rows: number;
  bytes: number;
  unpinned: number;
}

export class Counting {
  readonly tally: Tally = emptyTally();
  readonly #settings: DecisionSettings;
  readonly #keepsOthers: boolean;
  /** The entry of the last planned row: most follow one of their kind. */
  #class: ClassTally | undefined;
  /** Its encryption, and whether that is KMS. */
  #encryption = "";
  #isKms = false;

  constructor(settings: DecisionSettings) {
    this.#settings = settings;
    this.#keepsOthers = settings.actions.thirdPartyGrants !== "drop";
  }

  /** A delete marker, of whomever. */
  deleteMarker(owner: OwnerCell): void {
    this.tally.total.rows++;
    this.tally.total.deleteMarkers++;
    if (owner.owner.kind !== "account") return;
    const counts = accountCounts(this.tally, owner.owner.account);
    counts.rows++;
    counts.deleteMarkers++;
  }

  /** Objects that the bucket owner owns; of so many of them the report does not tell the ACL. */
  own(rows: number, bytes: number, untold: number): void {
    const { total, grantsUnknown } = this.tally;
    total.rows += rows;
    total.ownedByBucketOwner += rows;
    total.bytes += bytes;
    grantsUnknown.objects += untold;
    grantsUnknown.ownedByBucketOwner += untold;
  }

  /** Foreign-owned objects that were decided alike, in all but their grants to others, and in a copy its cost. */
  foreign(owner: OwnerCell, acl: WeighedAcl, decision: Decision, storageClass: string, encryption: string, several: Several): void {
    const { tally } = this;
    count(tally.total, decision, several);
    if (owner.owner.kind === "account") {
      owner.counts ??= accountCounts(tally, owner.owner.account);
      count(owner.counts, decision, several);
    }
    if (decision.what === "held" && decision.reason === "unmapped-owner") {
      const entry = tally.unmapped.get(owner.owner.id) ?? { rows: 0, bytes: 0 };
      entry.rows += several.rows;
      entry.bytes += several.bytes;
      tally.unmapped.set(owner.owner.id, entry);
    }
    // Whoever owns it, and whatever becomes of it: the grants table would lack what the switch ends.
    if (acl.state !== "known") tally.grantsUnknown.objects += several.rows;
    if (needsOnlySwitch({ acl, encryption }) && owner.owner.id !== "") tally.switchAlone += several.rows;
    if (decision.what === "planned") this.#work(acl, decision.op, storageClass, encryption, several);
  }

  /** What copying this object costs beyond its request; after it was counted among the planned ones. */
  copy(facts: RowFacts): void {
    const { size, storageClass, acl, lastModified } = facts;
    if (size > COPY_OBJECT_BYTES_MAX) {
      this.tally.largeCopies.objects++;
      this.tally.largeCopies.parts += copyParts(size);
    }
    const entry = this.#classOf("copy", storageClass);
    if (acl.thirdParty.length > 0 && acl.grants !== null) entry.regranted++;
    const early = earlyKibDays(storageClass, size, lastModified, this.#settings.reportCreated);
    if (early === 0) return;
    entry.earlyObjects++;
    entry.earlyKibDays += early;
  }

  #work(acl: WeighedAcl, op: Op, storageClass: string, encryption: string, several: Several): void {
    const { tally } = this;
    if (acl.state === "unknown") tally.aclUnknown[op] = (tally.aclUnknown[op] ?? 0) + several.rows;
    else if (op !== "copy" && this.#keepsOthers) tally.unpinned += several.unpinned;
    const entry = this.#classOf(op, storageClass);
    entry.objects += several.rows;
    entry.bytes += several.bytes;
    if (encryption !== this.#encryption) {
      this.#encryption = encryption;
      this.#isKms = encryption.endsWith("-KMS");
    }
    if (this.#isKms) entry.kmsObjects += several.rows;
  }

  #classOf(op: Op, storageClass: string): ClassTally {
    const last = this.#class;
    if (last !== undefined && last.op === op && last.storageClass === storageClass) return last;
    const { classes } = this.tally;
    const name = `${op} ${storageClass}`;
    let entry = classes.get(name);
    if (entry === undefined) {
      entry = { op, storageClass, objects: 0, bytes: 0, kmsObjects: 0, regranted: 0, earlyObjects: 0, earlyKibDays: 0 };
      classes.set(name, entry);
    }
    this.#class = entry;
    return entry;
  }
}

function count(counts: PlanCounts, decision: Decision, { rows, bytes }: Several): void {
  counts.rows += rows;
  counts.bytes += bytes;
  if (decision.what === "planned") {
    counts.planned[decision.op] = (counts.planned[decision.op] ?? 0) + rows;
    counts.plannedBytes += bytes;
  } else if (decision.what === "held") {
    counts.held[decision.reason] = (counts.held[decision.reason] ?? 0) + rows;
  } else if (decision.what === "already-granted") {
    counts.alreadyGranted += rows;
  } else if (decision.what === "skip") {
    counts.skipped += rows;
  } else {
    throw new Error(`a foreign object was decided to be ${decision.what}`);
  }
}
