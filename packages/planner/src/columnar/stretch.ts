// What is known of a stretch's rows: of each the numbers of what its repeated cells mean, its numbers and booleans; of those that are looked at where their texts lie.
import type { ReportCells } from "./cells.ts";
import { type Desk, STRETCH_ROWS } from "./desk.ts";
import { WORD_COLUMNS, type WordColumn } from "./file-meanings.ts";
import { NONE } from "./meanings.ts";
import { Visit } from "./visit.ts";

const numbers = (): Int32Array => new Int32Array(STRETCH_ROWS);

/** Of the stretches of one row group, one after the other. By row from {@link start} on, but for the texts. */
export class Stretch {
  /** Its first row, within the group. */
  start = 0;
  readonly owners: Int32Array;
  readonly acls: Int32Array;
  readonly words = Object.fromEntries(WORD_COLUMNS.map((name) => [name, numbers()])) as Readonly<Record<WordColumn, Int32Array>>;
  readonly deleted: Uint8Array;
  /** 1 or 0. */
  readonly latest: Uint8Array;
  /** Bytes, and epoch milliseconds; NaN: none. */
  readonly sizes: Float64Array;
  readonly times: Float64Array;
  /** Of every row that is looked at one by one. */
  readonly keys: Visit;
  /** Of every row that is decided. */
  readonly versions: Visit;
  readonly etags: Visit;

  constructor(columns: ReportCells, desk: Desk) {
    this.latest = desk.latest;
    // The group before may have left others there; a column that is missing writes nothing over them.
    this.owners = desk.owners.fill(NONE);
    this.acls = desk.acls.fill(NONE);
    this.deleted = desk.deleted.fill(0);
    this.sizes = desk.sizes.fill(Number.NaN);
    this.times = desk.times.fill(Number.NaN);
    this.keys = new Visit(columns.key, desk.looked, desk.keys);
    this.versions = new Visit(columns.versionId, desk.foreign, desk.versions);
    this.etags = new Visit(columns.etag, desk.foreign, desk.etags);
  }

  /** The rows are listed: so many are looked at, and so many of them decided. */
  begin(looked: number, foreign: number): void {
    this.keys.begin(looked);
    this.versions.begin(foreign);
    this.etags.begin(foreign);
  }
}
