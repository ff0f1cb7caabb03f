// Foreign-owned rows that differ in nothing that a decision looks at: they are decided once and counted together.

import type { Decision } from "../decide/decide.ts";
import type { RowFacts } from "../decide/facts.ts";
import type { WeighedAcl } from "../decide/grants.ts";
import type { Owner } from "../decide/owner.ts";
import type { OwnerCell } from "./cells.ts";
import type { Several } from "./counting.ts";
import type { NumberedShape } from "./pack.ts";

/** Rows of one owner, ACL, storage class and so on. What was seen of them is counted here until it is {@link Triage.settle}d. */
export interface Alike extends Several {
  readonly owner: OwnerCell;
  readonly acl: WeighedAcl;
  readonly decision: Decision;
  readonly storageClass: string;
  readonly encryption: string;
  /** undefined: they have no place in the plan. */
  readonly shape: NumberedShape | undefined;
}

/** The facts that such rows share. It remembers whether it was asked for one of those that each row has for itself: then what was decided holds for nobody else. */
export class SharedFacts implements RowFacts {
  readonly owner: Owner;
  readonly acl: WeighedAcl;
  readonly isDeleteMarker: boolean;
  readonly isLatest: boolean;
  readonly storageClass: string;
  readonly encryption: string;
  readonly accessTier: string;
  readonly lockMode: string;
  readonly legalHold: string;
  readonly #row: RowFacts;
  #asked = false;

  /** Of `row`, but for owner and ACL. */
  constructor(row: RowFacts, owner: Owner, acl: WeighedAcl) {
    this.#row = row;
    this.owner = owner;
    this.acl = acl;
    this.isDeleteMarker = row.isDeleteMarker;
    this.isLatest = row.isLatest;
    this.storageClass = row.storageClass;
    this.encryption = row.encryption;
    this.accessTier = row.accessTier;
    this.lockMode = row.lockMode;
    this.legalHold = row.legalHold;
  }

  /** Whether anybody looked at a fact that is the row's own. */
  get asked(): boolean {
    return this.#asked;
  }

  get size(): number {
    return this.#own().size;
  }

  get sizeKnown(): boolean {
    return this.#own().sizeKnown;
  }

  get lastModified(): number | null {
    return this.#own().lastModified;
  }

  readonly key = (): string => this.#own().key();

  #own(): RowFacts {
    this.#asked = true;
    return this.#row;
  }
}
