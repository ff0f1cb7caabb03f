// Stops an account whose calls are all denied before it burns through its objects, and does not stop one that is denied in places
// (design.md 6).
//
// An account's states, and what moves it:
//   unproven  nothing succeeded yet
//   working   something succeeded, and no batch was set aside since
//   doubted   a batch was set aside for DENIALS_IN_A_ROW_MAX denials without a success between them, or ended with nothing but denials held
//             back: it goes back, un-noted as far as it was denied, and others come first. The next success: working, and the denials of
//             the batches set aside are their own. DOUBTED_BATCHES_MAX batches in a row: tripped
//   tripped   the batches go back, the account is paused with the cause. A new batch (somebody resumed the account) begins as unproven
//
// What must hold: a denial becomes an object's failure only where the account is known to work, or where a person who was told of the
// denial resumed an account that worked before (denied-batches.ts).
import { DENIALS_IN_A_ROW_MAX, DOUBTED_BATCHES_MAX } from "./limits.ts";

export type AccountHealth = "unproven" | "working" | "doubted" | "tripped";

/** What a denial means for the batch that had it. */
export type Decision = "go on" | "set aside" | "trip";

export class Breaker {
  #health: AccountHealth = "unproven";
  /** Those of the batch that is being worked on, and of all since the last success. */
  #denialsInARow = 0;
  #inARow = 0;
  #doubtedBatches = 0;
  /** Counts successes, so that a batch can tell whether one came after a denial that it holds back. */
  #successes = 0;

  get health(): AccountHealth {
    return this.#health;
  }

  /** Denials without a success between them, over all batches since. */
  get denialsInARow(): number {
    return this.#inARow;
  }

  get successes(): number {
    return this.#successes;
  }

  succeeded(): void {
    this.#denialsInARow = 0;
    this.#inARow = 0;
    this.#doubtedBatches = 0;
    this.#successes += 1;
    if (this.#health !== "tripped") this.#health = "working";
  }

  /** Not to be told of denials that come after the batch was set aside, nor of those that are known to be the objects' own. */
  denied(): Decision {
    this.#denialsInARow += 1;
    this.#inARow += 1;
    if (this.#health === "tripped" || this.#denialsInARow < DENIALS_IN_A_ROW_MAX) return "go on";
    return this.#doubt();
  }

  /**
   * A batch came to its end with denials held back that no success followed. own: they are the objects' failures. Of an account that works
   * they are so at the second time (`again`): at the first it may just have broken.
   */
  settleBatch(again: boolean): "own" | Exclude<Decision, "go on"> {
    if (this.#health !== "working") return this.#doubt();
    return again ? "own" : "set aside";
  }

  /** A batch is taken up after a pause was lifted. */
  begin(): void {
    if (this.#health !== "tripped") return;
    this.#health = "unproven";
    this.#denialsInARow = 0;
    this.#inARow = 0;
    this.#doubtedBatches = 0;
  }

  #doubt(): "set aside" | "trip" {
    if (this.#doubtedBatches + 1 >= DOUBTED_BATCHES_MAX) {
      this.#health = "tripped";
      return "trip";
    }
    this.#doubtedBatches += 1;
    this.#denialsInARow = 0;
    this.#health = "doubted";
    return "set aside";
  }
}
