// Records of decided rows, from the desk into chunks.
import type { NumberedShape } from "../scan/pack.ts";
import type { Triage } from "../scan/triage.ts";
import { type Desk, STRETCH_ROWS } from "./desk.ts";

/** Of one data file. */
export class Packing {
  /** Of the rows that desk.foreign lists; undefined: the row has no place in the plan. */
  readonly shapes = new Array<NumberedShape | undefined>(STRETCH_ROWS).fill(undefined);
  readonly #desk: Desk;
  readonly #triage: Triage;
  readonly #hasVersions: boolean;
  readonly #allLatest: boolean;

  constructor(desk: Desk, triage: Triage, columns: { readonly hasVersions: boolean; readonly allLatest: boolean }) {
    this.#desk = desk;
    this.#triage = triage;
    this.#hasVersions = columns.hasVersions;
    this.#allLatest = columns.allLatest;
    // Whoever used the desk before may have ended in an error.
    desk.takeChunk();
  }

  /** The rows desk.foreign[from], …, desk.foreign[to - 1] of the stretch that begins at row `first`; their texts are on the desk. */
  pack(from: number, to: number, first: number): void {
    const { shapes: numbers, noShape } = this.#desk;
    const chunk = this.#triage.shapes;
    this.#triage.flush();
    for (let at = from; at < to; ) {
      let numbered = at;
      for (; numbered < to && !chunk.full; numbered++) {
        const shape = this.shapes[numbered];
        numbers[numbered] = shape === undefined ? noShape : chunk.numberOf(shape);
      }
      at = this.#desk.pack(at, numbered, first, this.#hasVersions, this.#allLatest);
      if (at < to) this.flush();
    }
  }

  /** Sends what was packed so far. */
  flush(): void {
    const { records, rows } = this.#desk.takeChunk();
    if (rows === 0) return;
    const room = this.#triage.room().subarray(0, records.length);
    room.set(records);
    this.#triage.emit({ records: room, rows });
  }
}
