// The rows of one row group, handed to the triage in short stretches: of each row its owner, delete marker, size and ACL, of the foreign-owned ones everything else.

import type { OwnerCell } from "../scan/cells.ts";
import type { Triage } from "../scan/triage.ts";
import type { ReportCells } from "./cells.ts";
import type { Desk } from "./desk.ts";
import { type FileMeanings, WORD_COLUMNS } from "./file-meanings.ts";
import { Judge } from "./judge.ts";
import type { Packing } from "./packing.ts";
import { Stretch } from "./stretch.ts";

export class GroupRows {
  readonly #triage: Triage;
  readonly #columns: ReportCells;
  readonly #meanings: FileMeanings;
  readonly #desk: Desk;
  readonly #packing: Packing;
  readonly #stretch: Stretch;
  readonly #judge: Judge;
  /** Rows of the stretch that are looked at one by one, and those of them that are decided. */
  #looked = 0;
  #foreign = 0;

  /** `first`: rows of the file before the group; `file`: the data file's key, `bucket` the one that every row is about. */
  constructor(
    triage: Triage,
    columns: ReportCells,
    meanings: FileMeanings,
    desk: Desk,
    packing: Packing,
    { first, file, bucket }: { readonly first: number; readonly file: string; readonly bucket: string },
  ) {
    this.#triage = triage;
    this.#columns = columns;
    this.#meanings = meanings;
    this.#desk = desk;
    this.#packing = packing;
    this.#stretch = new Stretch(columns, desk);
    this.#judge = new Judge(triage, columns, meanings, this.#stretch, { first, file, bucket });
  }

  /** Rows [start, end) of the group, at most STRETCH_ROWS. Throws PlanError where a column is damaged or a row cannot be believed. */
  hand(start: number, end: number): void {
    const { owner, isDeleteMarker, size, acl } = this.#columns;
    const { owners, acls } = this.#meanings;
    const stretch = this.#stretch;
    stretch.start = start;
    this.#meanings.begin();
    if (owner !== undefined) owners.fill(owner, start, end, stretch.owners);
    isDeleteMarker?.fill(start, end, stretch.deleted);
    size?.fill(start, end, stretch.sizes);
    if (acl !== undefined) acls.fill(acl, start, end, stretch.acls);
    this.#list(end - start);
    this.#readForeign();
    for (let look = 0, decided = 0; look < this.#looked; ) ({ look, decided } = this.#handFound(look, decided));
  }

  /** Counts the rows of which nothing more has to be known, and lists the others. */
  #list(count: number): void {
    const triage = this.#triage;
    const { owners } = this.#meanings;
    this.#meanings.flagAcls(this.#desk);
    const own = owners.values.indexOf(triage.bucketOwner);
    const listed = this.#desk.list(count, this.#stretch.start, own, triage.whole);
    for (let i = 0; i < listed.deleted; i++)
      triage.deleteMarker(owners.values[this.#stretch.owners[this.#desk.deletedRows[i] as number] as number] as OwnerCell);
    if (listed.own.rows > 0) triage.ownPrivate(listed.own.rows, listed.own.bytes, listed.own.untold);
    this.#looked = listed.looked;
    this.#foreign = listed.foreign;
    this.#stretch.begin(listed.looked, listed.foreign);
  }

  /** The cells that are no longer than a word, of the rows up to the last foreign-owned one. */
  #readForeign(): void {
    if (this.#foreign === 0) return;
    const { start, latest, times, words } = this.#stretch;
    const end = (this.#desk.foreign[this.#foreign - 1] as number) + 1;
    const { isLatest, lastModified } = this.#columns;
    isLatest?.fill(start, end, latest);
    lastModified?.fill(start, end, times);
    for (const name of WORD_COLUMNS) {
      const cursor = this.#columns[name];
      if (cursor !== undefined) this.#meanings.words[name].fill(cursor, start, end, words[name]);
    }
    this.#judge.begin();
  }

  /** The rows from that on which is looked at next, as far as their texts can be had at once; which are next after them. */
  #handFound(look: number, decided: number): { look: number; decided: number } {
    const triage = this.#triage;
    const { keys, versions, etags, start } = this.#stretch;
    const { looked, foreign, look: lookOf } = this.#desk;
    let to = keys.reach(look);
    if (decided < this.#foreign) {
      const found = Math.min(versions.reach(decided), etags.reach(decided));
      if (found < this.#foreign) to = Math.min(to, lookOf[found] as number);
    }
    const atOnce = !triage.whole && keys.onDesk && versions.onDesk && etags.onDesk;
    if (!atOnce) this.#packing.flush();
    let next = decided;
    for (let at = look; at < to; at++) {
      const row = looked[at] as number;
      if (next >= this.#foreign || row !== foreign[next]) this.#judge.own(row - start, at);
      else if (atOnce) this.#packing.shapes[next] = this.#judge.shape(row - start, at, next++);
      else this.#judge.foreign(row - start, at, next++);
    }
    if (atOnce) this.#packing.pack(decided, next, start);
    return { look: to, decided: next };
  }
}
