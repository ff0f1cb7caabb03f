// One foreign-owned row on its way from a reader to the plan: facts for the decision, bytes for the file. Readers fill one instance again and again.
import type { RowFacts } from "../decide/facts.ts";
import type { WeighedAcl } from "../decide/grants.ts";
import type { Owner } from "../decide/owner.ts";

/** The bytes [start, end); start -1: no value. */
export class Span {
  bytes: Buffer = Buffer.alloc(0);
  start = -1;
  end = -1;

  set(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  clear(): void {
    this.start = -1;
    this.end = -1;
  }

  text(): string {
    return this.start < 0 ? "" : this.bytes.toString("utf8", this.start, this.end);
  }
}

const NULL_VERSION = Buffer.from("null");

export class Row implements RowFacts {
  /** Within the data file, from 1. */
  number = 0;
  owner: Owner;
  acl: WeighedAcl;
  isDeleteMarker = false;
  isLatest = true;
  size = 0;
  sizeKnown = true;
  lastModified: number | null = null;
  storageClass = "";
  encryption = "";
  accessTier = "";
  lockMode = "";
  legalHold = "";
  /** Decoded. */
  readonly keyBytes = new Span();
  /** The literal "null" where the report has versions and this is the null version; no value where the report has none. */
  readonly version = new Span();
  readonly etag = new Span();
  readonly key = (): string => this.keyBytes.text();

  constructor(owner: Owner, acl: WeighedAcl) {
    this.owner = owner;
    this.acl = acl;
  }

  /** Whether a version ID says which bytes these are; "null" is whatever was written last without one. */
  get isPinned(): boolean {
    const { bytes, start, end } = this.version;
    return start >= 0 && !(end - start === NULL_VERSION.length && bytes.compare(NULL_VERSION, 0, NULL_VERSION.length, start, end) === 0);
  }
}
