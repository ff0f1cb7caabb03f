// Every row of a data file passes here once: counted, decided, and packed where it is planned or held. Readers say what a cell holds; nothing here knows a file format.

import type { Grant } from "@quitclaim/campaign/words";
import { parseAcl, UNKNOWN_ACL } from "../acl/document.ts";
import { decide } from "../decide/decide.ts";
import { ownerOf } from "../decide/owner.ts";
import type { DecisionSettings } from "../decide/settings.ts";
import { PlanError } from "../error.ts";
import { ACL_CACHE_ENTRIES_MAX, CHUNK_BYTES, ID_BYTES_MAX, KEY_BYTES_MAX, ROWS_NAMED_MAX } from "../limits.ts";
import { type Alike, SharedFacts } from "./alike.ts";
import { ByteCache } from "./byte-cache.ts";
import { AclCell, type OwnerCell } from "./cells.ts";
import { Counting, type Several } from "./counting.ts";
import { type Chunk, ChunkShapes, type NumberedShape, Packer } from "./pack.ts";
import { Row } from "./row.ts";
import { countGrant, type Tally } from "./tally.ts";

export { AclCell, type OwnerCell } from "./cells.ts";

export class Triage {
  /** Every row is wanted as a foreign-owned one is, the bucket owner's own and delete markers too (row.isDeleteMarker says so). */
  readonly whole: boolean = false;
  /** Sentences about rows that are worth a look; the first few of each kind. */
  readonly notes: string[] = [];
  readonly owners: ByteCache<OwnerCell>;
  /** Every cell that names the bucket owner. */
  readonly bucketOwner: OwnerCell;
  readonly acls = new ByteCache<AclCell>((cell) => new AclCell(parseAcl(cell)), ACL_CACHE_ENTRIES_MAX);
  readonly noAcl = new AclCell(UNKNOWN_ACL);
  readonly row: Row;
  readonly #settings: DecisionSettings;
  readonly #counting: Counting;
  readonly #one: Several = { rows: 1, bytes: 0, unpinned: 0 };
  /** Of the chunk that is filled here, or by whoever fills chunks of its own ({@link emit}). */
  readonly shapes = new ChunkShapes();
  /** Memory for a chunk. */
  readonly room: () => Uint8Array;
  readonly #packer: Packer;
  readonly #emit: (chunk: Chunk) => void;
  readonly #file: string;

  /** `emit` takes each filled chunk, whose memory `room` gave; `file` is the data file's key. */
  constructor(
    settings: DecisionSettings,
    file: string,
    emit: (chunk: Chunk) => void,
    room: () => Uint8Array = () => new Uint8Array(CHUNK_BYTES),
  ) {
    this.#settings = settings;
    this.room = room;
    this.#packer = new Packer(this.shapes, room);
    this.#counting = new Counting(settings);
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

  get tally(): Tally {
    return this.#counting.tally;
  }

  /** A delete marker, of whomever. */
  deleteMarker(owner: OwnerCell): void {
    this.#counting.deleteMarker(owner);
  }

  /** So many objects that the bucket owner owns, of so many bytes together, whose ACLs are {@link isPrivate}; of so many of them the report tells no ACL. */
  ownPrivate(rows: number, bytes: number, untold: number): void {
    this.#counting.own(rows, bytes, untold);
  }

  /** Whether nobody else is seen in the ACL of an object that the bucket owner owns, and nothing about this row has to be said: rows without an ACL are only counted. */
  isPrivate(acl: AclCell): boolean {
    const { weighed } = acl.use(this.bucketOwner, this.#settings);
    return weighed.thirdParty.length === 0 && weighed.state !== "unreadable";
  }

  /** An object that the bucket owner owns. Its ACL matters only where somebody else is in it: the switch takes that away too. `key` is called only then. */
  own(number: number, size: number, acl: AclCell, key: () => string): void {
    const { weighed } = acl.use(this.bucketOwner, this.#settings);
    this.#counting.own(1, size, weighed.state === "known" ? 0 : 1);
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
    const shape = this.judge(owner, acl);
    if (shape === undefined || this.#packer.add(this.row, shape)) return;
    this.flush();
    if (!this.#packer.add(this.row, shape)) throw new Error(`${this.#file} row ${this.row.number}: a row is larger than a chunk`);
  }

  /** The same for whoever packs rows: the shape of a row that is planned or held. */
  judge(owner: OwnerCell, acl: AclCell): NumberedShape | undefined {
    const { row } = this;
    const use = acl.use(owner, this.#settings);
    const { weighed } = use;
    row.owner = owner.owner;
    row.acl = weighed;
    this.#assertLengths();
    const decision = decide(row, this.#settings);
    this.#one.bytes = row.size;
    this.#one.unpinned = row.isPinned ? 0 : 1;
    this.#counting.foreign(owner, weighed, decision, row.storageClass, row.encryption, this.#one);
    if (weighed.state === "unreadable")
      this.#noteUnreadable(row.number, weighed.why, decision.what === "held" ? "held" : "grants to others in it are not counted");
    if (weighed.thirdParty.length > 0) this.sharedWith(weighed.thirdParty, row.key(), row.size);
    if (decision.what === "planned" && decision.op === "copy") this.#counting.copy(row);
    return decision.what === "planned" || decision.what === "held" ? use.shape(decision, row.storageClass, row.encryption) : undefined;
  }

  /**
   * What becomes of every foreign-owned object of this owner and ACL that is like {@link row} but for key, version, ETag, size and times; undefined where that depends on
   * one of these, or where each has to be named. Whoever counts rows in it packs them, and says whom else they are shared with.
   */
  alike(owner: OwnerCell, acl: AclCell): Alike | undefined {
    const { row } = this;
    const use = acl.use(owner, this.#settings);
    if (use.weighed.state === "unreadable") return undefined;
    const facts = new SharedFacts(row, owner.owner, use.weighed);
    const decision = decide(facts, this.#settings);
    // What a copy costs depends on size and age.
    if (facts.asked || (decision.what === "planned" && decision.op === "copy")) return undefined;
    const { storageClass, encryption } = row;
    const packed = decision.what === "planned" || decision.what === "held";
    const shape = packed ? use.shape(decision, storageClass, encryption) : undefined;
    return { owner, acl: use.weighed, decision, storageClass, encryption, shape, rows: 0, bytes: 0, unpinned: 0 };
  }

  /** Counts the rows that were seen since the last time. */
  settle(alike: Alike): void {
    if (alike.rows === 0) return;
    const { owner, acl, decision, storageClass, encryption } = alike;
    this.#counting.foreign(owner, acl, decision, storageClass, encryption, alike);
    alike.rows = 0;
    alike.bytes = 0;
    alike.unpinned = 0;
  }

  /** A foreign-owned object with these grants to others. */
  sharedWith(grants: readonly Grant[], key: string, size: number): void {
    for (const grant of grants) countGrant(this.tally, grant, key, size, false);
  }

  /** Sends what was packed here so far: somebody else fills the next chunk. */
  flush(): void {
    if (this.#packer.rows > 0) this.#emit(this.#packer.take());
  }

  /** A chunk that was filled elsewhere, with shapes of {@link shapes}. Chunks go out in the order of their rows. */
  emit(chunk: Omit<Chunk, "shapes" | "shapeBytes">): void {
    this.#emit({ ...chunk, ...this.shapes.take() });
  }

  /** After the file's last row. */
  finish(): void {
    this.flush();
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

  #noteUnreadable(number: number, why: string, consequence: string): void {
    if (++this.tally.aclUnreadable > ROWS_NAMED_MAX) return;
    this.notes.push(`Data file ${this.#file}, row ${number}: the ACL ${why} (${consequence}).`);
  }
}
