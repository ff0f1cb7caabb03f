// Every row of a data file passes here once: counted, decided, and packed where it is planned or held. Readers say what a cell holds; nothing here knows a file format.
import { COPY_OBJECT_BYTES_MAX, type HeldReason, type Op, type PlanCounts } from "@quitclaim/campaign/words";
import { type Acl, parseAcl, UNKNOWN_ACL } from "../acl/document.ts";
import { type Decision, decide, needsOnlySwitch } from "../decide/decide.ts";
import { type WeighedAcl, weighAcl } from "../decide/grants.ts";
import { type Owner, ownerOf } from "../decide/owner.ts";
import type { DecisionSettings } from "../decide/settings.ts";
import { PlanError } from "../error.ts";
import { earlyKibDays } from "../forecast/early.ts";
import { copyParts } from "../forecast/parts.ts";
import { ACL_CACHE_ENTRIES_MAX, ID_BYTES_MAX, KEY_BYTES_MAX, ROWS_NAMED_MAX } from "../limits.ts";
import { ByteCache } from "./byte-cache.ts";
import { type Chunk, type NumberedShape, Packer } from "./pack.ts";
import { Row } from "./row.ts";
import type { Lane } from "./shape.ts";
import { accountCounts, type ClassTally, countGrant, emptyTally, type Tally } from "./tally.ts";

/** A distinct owner cell, and a number that is short for it. */
export interface OwnerCell {
  readonly owner: Owner;
  readonly number: number;
  /** Its account's, once one of its rows was counted. */
  counts: PlanCounts | undefined;
}

/** A distinct ACL cell, weighed once for each owner that has it. */
export class AclCell {
  readonly acl: Acl;
  readonly #weighed: (AclUse | undefined)[] = [];

  constructor(acl: Acl) {
    this.acl = acl;
  }

  use(owner: OwnerCell, settings: DecisionSettings): AclUse {
    let use = this.#weighed[owner.number];
    if (use === undefined) {
      const policy = settings.actions.thirdPartyGrants;
      use = { weighed: weighAcl(this.acl, owner.owner.id, settings.bucketOwner, policy), shapes: new Map(), last: undefined };
      this.#weighed[owner.number] = use;
    }
    return use;
  }
}

interface AclUse {
  readonly weighed: WeighedAcl;
  /** Shapes of rows with this ACL and owner that were decided alike, by storage class and encryption. */
  readonly shapes: Map<Decision, SameShape[]>;
  /** The last one that was asked for. */
  last: SameShape | undefined;
}

interface SameShape {
  readonly decision: Decision;
  readonly storageClass: string;
  readonly encryption: string;
  readonly numbered: NumberedShape;
}

export class Triage {
  /** Every row is wanted as a foreign-owned one is, the bucket owner's own and delete markers too (row.isDeleteMarker says so). */
  readonly whole: boolean = false;
  readonly tally: Tally = emptyTally();
  /** Sentences about rows that are worth a look; the first few of each kind. */
  readonly notes: string[] = [];
  readonly owners: ByteCache<OwnerCell>;
  /** Every cell that names the bucket owner. */
  readonly bucketOwner: OwnerCell;
  readonly acls = new ByteCache<AclCell>((cell) => new AclCell(parseAcl(cell)), ACL_CACHE_ENTRIES_MAX);
  readonly noAcl = new AclCell(UNKNOWN_ACL);
  readonly row: Row;
  readonly #settings: DecisionSettings;
  readonly #packer = new Packer();
  readonly #emit: (chunk: Chunk) => void;
  readonly #file: string;
  readonly #keepsOthers: boolean;
  /** The entry of the last planned row: most follow one of their kind. */
  #class: ClassTally | undefined;
  /** Its encryption, and whether that is KMS. */
  #encryption = "";
  #isKms = false;

  /** `emit` takes each filled chunk; `file` is the data file's key. */
  constructor(settings: DecisionSettings, file: string, emit: (chunk: Chunk) => void) {
    this.#settings = settings;
    this.#keepsOthers = settings.actions.thirdPartyGrants !== "drop";
    this.#file = file;
    this.#emit = emit;
    let number = 0;
    this.bucketOwner = { owner: { kind: "bucket-owner", id: settings.bucketOwner }, number: number++, counts: undefined };
    this.owners = new ByteCache<OwnerCell>((cell) => {
      const owner = ownerOf(cell, settings);
      return owner.kind === "bucket-owner" ? this.bucketOwner : { owner, number: number++, counts: undefined };
    }, ACL_CACHE_ENTRIES_MAX);
    this.row = new Row(this.bucketOwner.owner, this.noAcl.use(this.bucketOwner, settings).weighed);
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

  /** So many objects that the bucket owner owns, of so many bytes together, whose ACLs are {@link isPrivate}; of so many of them the report tells no ACL. */
  ownPrivate(rows: number, bytes: number, untold: number): void {
    const { total, grantsUnknown } = this.tally;
    total.rows += rows;
    total.ownedByBucketOwner += rows;
    total.bytes += bytes;
    grantsUnknown.objects += untold;
    grantsUnknown.ownedByBucketOwner += untold;
  }

  /** Whether nobody else is seen in the ACL of an object that the bucket owner owns, and nothing about this row has to be said: rows without an ACL are only counted. */
  isPrivate(acl: AclCell): boolean {
    const { weighed } = acl.use(this.bucketOwner, this.#settings);
    return weighed.thirdParty.length === 0 && weighed.state !== "unreadable";
  }

  /** An object that the bucket owner owns. Its ACL matters only where somebody else is in it: the switch takes that away too. `key` is called only then. */
  own(number: number, size: number, acl: AclCell, key: () => string): void {
    const { total, grantsUnknown } = this.tally;
    total.rows++;
    total.ownedByBucketOwner++;
    total.bytes += size;
    const { weighed } = acl.use(this.bucketOwner, this.#settings);
    if (weighed.state !== "known") {
      grantsUnknown.objects++;
      grantsUnknown.ownedByBucketOwner++;
    }
    if (weighed.state === "unreadable")
      this.#noteUnreadable(number, weighed.why, "the bucket owner's own: grants to others in it are not counted");
    for (const grant of weighed.thirdParty) countGrant(this.tally, grant, key(), size, true);
  }

  /** Whether somebody else is in the ACL of an object that the bucket owner owns, so that its key will be asked for. */
  ownShared(acl: AclCell): boolean {
    return acl.use(this.bucketOwner, this.#settings).weighed.thirdParty.length > 0;
  }

  /** A foreign-owned object: {@link row} is filled, but for owner and ACL. */
  foreign(owner: OwnerCell, acl: AclCell): void {
    const { row, tally } = this;
    const use = acl.use(owner, this.#settings);
    row.owner = owner.owner;
    row.acl = use.weighed;
    this.#assertLengths();
    const decision = decide(row, this.#settings);
    this.#count(tally.total, decision);
    if (owner.owner.kind === "account") {
      owner.counts ??= accountCounts(tally, owner.owner.account);
      this.#count(owner.counts, decision);
    }
    if (decision.what === "held") {
      if (decision.reason === "unmapped-owner") {
        const entry = tally.unmapped.get(owner.owner.id) ?? { rows: 0, bytes: 0 };
        entry.rows++;
        entry.bytes += row.size;
        tally.unmapped.set(owner.owner.id, entry);
      }
    }
    // Whoever owns it, and whatever becomes of it: the grants table would lack what the switch ends.
    if (use.weighed.state !== "known") tally.grantsUnknown.objects++;
    if (use.weighed.state === "unreadable")
      this.#noteUnreadable(row.number, use.weighed.why, decision.what === "held" ? "held" : "grants to others in it are not counted");
    if (needsOnlySwitch(row) && owner.owner.id !== "") tally.switchAlone++;
    if (use.weighed.thirdParty.length > 0) {
      const key = row.key();
      for (const grant of use.weighed.thirdParty) countGrant(tally, grant, key, row.size, false);
    }
    if (decision.what === "planned") this.#countWork(decision.op);
    if (decision.what === "planned" || decision.what === "held") this.#pack(use, owner, decision);
  }

  /** After the file's last row. */
  finish(): void {
    if (this.#packer.rows > 0) this.#emit(this.#packer.take());
    const unreadable = this.tally.aclUnreadable;
    if (unreadable > ROWS_NAMED_MAX) {
      this.notes.push(`Data file ${this.#file}: ${unreadable - ROWS_NAMED_MAX} more rows have an ACL that cannot be understood.`);
    }
  }

  /** Longer than anything that S3 has: cut off, they would name another object. */
  #assertLengths(): void {
    const { keyBytes, version, etag, number } = this.row;
    if (
      keyBytes.end - keyBytes.start <= KEY_BYTES_MAX &&
      version.end - version.start <= ID_BYTES_MAX &&
      etag.end - etag.start <= ID_BYTES_MAX
    )
      return;
    const what =
      keyBytes.end - keyBytes.start > KEY_BYTES_MAX
        ? `a key of ${keyBytes.end - keyBytes.start} bytes, where S3 has ${KEY_BYTES_MAX} at most`
        : `a version ID or an ETag of more than ${ID_BYTES_MAX} bytes`;
    throw new PlanError(
      "row-invalid",
      `Row ${number} of the data file ${this.#file} has ${what}. The file is what was written (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }

  #count(counts: PlanCounts, decision: Decision): void {
    counts.rows++;
    counts.bytes += this.row.size;
    if (decision.what === "planned") {
      counts.planned[decision.op] = (counts.planned[decision.op] ?? 0) + 1;
      counts.plannedBytes += this.row.size;
    } else if (decision.what === "held") {
      const reason: HeldReason = decision.reason;
      counts.held[reason] = (counts.held[reason] ?? 0) + 1;
    } else if (decision.what === "already-granted") {
      counts.alreadyGranted++;
    } else if (decision.what === "skip") {
      counts.skipped++;
    } else {
      throw new Error(`${this.#file} row ${this.row.number}: a foreign object was decided to be ${decision.what}`);
    }
  }

  #countWork(op: Op): void {
    const { row, tally } = this;
    if (row.acl.state === "unknown") tally.aclUnknown[op] = (tally.aclUnknown[op] ?? 0) + 1;
    else if (op !== "copy" && this.#keepsOthers && !row.isPinned) tally.unpinned++;
    if (op === "copy" && row.size > COPY_OBJECT_BYTES_MAX) {
      tally.largeCopies.objects++;
      tally.largeCopies.parts += copyParts(row.size);
    }
    let entry = this.#class;
    if (entry === undefined || entry.op !== op || entry.storageClass !== row.storageClass) {
      const name = `${op} ${row.storageClass}`;
      entry = tally.classes.get(name) ?? {
        op,
        storageClass: row.storageClass,
        objects: 0,
        bytes: 0,
        kmsObjects: 0,
        regranted: 0,
        earlyObjects: 0,
        earlyKibDays: 0,
      };
      tally.classes.set(name, entry);
      this.#class = entry;
    }
    entry.objects++;
    entry.bytes += row.size;
    if (row.encryption !== this.#encryption) {
      this.#encryption = row.encryption;
      this.#isKms = row.encryption.endsWith("-KMS");
    }
    if (this.#isKms) entry.kmsObjects++;
    if (op !== "copy") return;
    if (row.acl.thirdParty.length > 0 && row.acl.grants !== null) entry.regranted++;
    const early = earlyKibDays(row.storageClass, row.size, row.lastModified, this.#settings.reportCreated);
    if (early === 0) return;
    entry.earlyObjects++;
    entry.earlyKibDays += early;
  }

  #pack(use: AclUse, owner: OwnerCell, decision: Decision): void {
    const shape = this.#shape(use, owner, decision);
    if (this.#packer.add(this.row, shape)) return;
    this.#emit(this.#packer.take());
    if (!this.#packer.add(this.row, shape)) throw new Error(`${this.#file} row ${this.row.number}: a row is larger than a chunk`);
  }

  /** Strings of cells are shared, so comparing them is comparing pointers; there are a handful of combinations. */
  #shape(use: AclUse, owner: OwnerCell, decision: Decision): NumberedShape {
    const { storageClass, encryption } = this.row;
    const { last } = use;
    if (last !== undefined && last.decision === decision && last.storageClass === storageClass && last.encryption === encryption)
      return last.numbered;
    let alike = use.shapes.get(decision);
    if (alike === undefined) {
      alike = [];
      use.shapes.set(decision, alike);
    }
    for (const known of alike) {
      if (known.storageClass !== storageClass || known.encryption !== encryption) continue;
      use.last = known;
      return known.numbered;
    }
    const { grants, formerAcl } = use.weighed;
    const shape = { lane: laneOf(owner.owner, decision), storageClass, encryption, owner: owner.owner.id, grants, formerAcl };
    const numbered: NumberedShape = { shape, chunk: -1, number: 0 };
    alike.push({ decision, storageClass, encryption, numbered });
    return numbered;
  }

  #noteUnreadable(number: number, why: string, consequence: string): void {
    if (++this.tally.aclUnreadable > ROWS_NAMED_MAX) return;
    this.notes.push(`Data file ${this.#file}, row ${number}: the ACL ${why} (${consequence}).`);
  }
}

function laneOf(owner: Owner, decision: Decision): Lane {
  if (decision.what === "planned" && owner.kind === "account") return { kind: "planned", account: owner.account, op: decision.op };
  if (decision.what === "held") return { kind: "held", reason: decision.reason, op: decision.op, detail: decision.detail };
  throw new Error(`a row that was decided to be ${decision.what} has no place in the plan`);
}
