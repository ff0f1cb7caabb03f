// What is decided for a combination of owner, ACL, storage class and so on, found by the numbers of their meanings without a look at what they mean.
import type { Alike } from "../scan/alike.ts";

/** Combinations that have a place; a report with more of them (thousands of ACLs) is decided row by row. */
const BITS_MAX = 16;

/** null: each row of the combination is decided by itself. */
export type Combination = Alike | null;

export class Combinations {
  /** By {@link index}. */
  readonly #table: (Combination | undefined)[] = new Array<Combination | undefined>(1 << BITS_MAX).fill(undefined);
  readonly #used: number[] = [];
  #name = "";
  /** Of each column the bits behind its own. */
  readonly shifts: Int32Array;
  #usable = true;

  constructor(columns: number) {
    this.shifts = new Int32Array(columns);
  }

  /**
   * Before a stretch: so many numbers has each column now. Where they need other places than before, what was decided is {@link forget}ed. False: there are too many.
   */
  begin(counts: readonly number[], settle: (combination: Combination) => void): boolean {
    const bits = counts.map((count) => 32 - Math.clz32(count - 1));
    const name = bits.join(" ");
    if (name !== this.#name) {
      this.forget(settle);
      this.#name = name;
      let shift = 0;
      for (const [column, width] of bits.entries()) {
        this.shifts[column] = shift;
        shift += width;
      }
      this.#usable = shift <= BITS_MAX;
    }
    return this.#usable;
  }

  at(index: number): Combination | undefined {
    return this.#table[index];
  }

  set(index: number, combination: Combination): void {
    this.#used.push(index);
    this.#table[index] = combination;
  }

  /** Calls `settle` with each combination, in the order in which they were set. */
  each(settle: (combination: Combination) => void): void {
    for (const index of this.#used) settle(this.#table[index] as Combination);
  }

  /** The same, and none is known any more. */
  forget(settle: (combination: Combination) => void): void {
    this.each(settle);
    for (const index of this.#used) this.#table[index] = undefined;
    this.#used.length = 0;
  }
}
