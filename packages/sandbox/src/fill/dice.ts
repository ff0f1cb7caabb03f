/** Seeded choices in the words of the fill: chances, weights, ranges. */
import { type Random, seededRandom } from "../faults/random.ts";

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A number in [0, 1). */
  roll(): number {
    return this.#random();
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.#random() < p;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  /** One of a list, all alike. The list must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

/** A table of outcomes with their shares; what the shares leave of 1 goes to the last outcome. */
export class Table<T> {
  readonly #outcomes: readonly (readonly [number, T])[];

  constructor(shares: readonly (readonly [number, T])[]) {
    let total = 0;
    this.#outcomes = shares.map(([share, outcome]) => {
      total += share;
      return [total, outcome];
    });
  }

  draw(dice: Dice): T {
    const roll = dice.roll();
    for (const [upTo, outcome] of this.#outcomes) if (roll < upTo) return outcome;
    return (this.#outcomes.at(-1) as readonly [number, T])[1];
  }
}
