// What a data file's repeated cells mean, column by column, and what follows from them together; for all of its row groups.
import { ByteCache, bytesOf } from "../scan/byte-cache.ts";
import type { AclCell, OwnerCell } from "../scan/cells.ts";
import type { Triage } from "../scan/triage.ts";
import { type Combination, Combinations } from "./combinations.ts";
import type { Desk } from "./desk.ts";
import { Meanings } from "./meanings.ts";

const WORDS_MAX = 1_024;
const words = new ByteCache<string>((cell) => cell, WORDS_MAX);

export const WORD_COLUMNS = ["bucket", "storageClass", "encryption", "accessTier", "lockMode", "legalHold"] as const;
export type WordColumn = (typeof WORD_COLUMNS)[number];

export class FileMeanings {
  readonly owners: Meanings<OwnerCell>;
  readonly acls: Meanings<AclCell>;
  readonly words: Readonly<Record<WordColumn, Meanings<string>>>;
  /** Of owner, ACL, storage class, encryption, access tier, lock mode, legal hold, and whether it is the latest version. */
  readonly combinations = new Combinations(8);
  readonly #triage: Triage;
  readonly #settle: (combination: Combination) => void;
  /** ACLs, by their numbers, whose flags are known. */
  #flagged = 0;

  constructor(triage: Triage) {
    this.#triage = triage;
    this.owners = new Meanings(triage.owners, triage.owners.get(bytesOf(Buffer.alloc(0)), 0, 0));
    this.acls = new Meanings(triage.acls, triage.noAcl);
    this.words = Object.fromEntries(WORD_COLUMNS.map((name) => [name, new Meanings(words, "")])) as Record<WordColumn, Meanings<string>>;
    this.#settle = (combination) => {
      if (combination !== null) triage.settle(combination);
    };
  }

  /** Before a stretch, and before its cells are looked up. Where numbers begin anew, combinations do too. */
  begin(): void {
    let again = this.acls.begin();
    if (again) this.#flagged = 0;
    again = this.owners.begin() || again;
    for (const name of WORD_COLUMNS) again = this.words[name].begin() || again;
    if (again) this.combinations.forget(this.#settle);
  }

  /** After its ACLs were looked up: what they mean where the bucket owner has them. */
  flagAcls(desk: Desk): void {
    const { values } = this.acls;
    for (; this.#flagged < values.length; this.#flagged++) {
      const acl = values[this.#flagged] as AclCell;
      desk.aclFlags[this.#flagged] = desk.flagsOf(this.#triage.isPrivate(acl), acl.acl.state === "unknown");
    }
  }

  /** After its cells were looked up. False: there are too many combinations. */
  combine(): boolean {
    const { storageClass, encryption, accessTier, lockMode, legalHold } = this.words;
    const columns = [this.owners, this.acls, storageClass, encryption, accessTier, lockMode, legalHold];
    return this.combinations.begin([...columns.map(({ values }) => values.length), 2], this.#settle);
  }

  /** After the file's last row: all that was seen of combinations is counted. */
  settle(): void {
    this.combinations.each(this.#settle);
  }
}
