// Stops an account whose calls are all denied before it burns through its objects (design.md 6).
//
// An account's states, and what moves it:
//   unproven  nothing succeeded yet. Denied objects are held back, un-noted
//   working   something succeeded; further denials are held back too, until the next success shows that they are the objects' own
//   tripped   DENIALS_IN_A_ROW_MAX denials without a success between them, or a whole smaller batch of them: the batches go back, the
//             account is paused with the cause. A new batch (somebody resumed the account) begins as unproven
//
// What must hold: a denial becomes an object's failure only where the account is known to work.
import type { Refusal } from "@quitclaim/aws";
import { DENIALS_IN_A_ROW_MAX } from "./limits.ts";

export type AccountHealth = "unproven" | "working" | "tripped";

export class Breaker {
  #health: AccountHealth = "unproven";
  #denialsInARow = 0;
  /** Counts successes, so that a batch can tell whether one came after a denial that it holds back. */
  #successes = 0;

  get health(): AccountHealth {
    return this.#health;
  }

  get denialsInARow(): number {
    return this.#denialsInARow;
  }

  get successes(): number {
    return this.#successes;
  }

  succeeded(): void {
    this.#denialsInARow = 0;
    this.#successes += 1;
    if (this.#health === "unproven") this.#health = "working";
  }

  /** True where this denial trips the breaker. */
  denied(): boolean {
    this.#denialsInARow += 1;
    if (this.#health === "tripped" || this.#denialsInARow < DENIALS_IN_A_ROW_MAX) return false;
    this.#health = "tripped";
    return true;
  }

  /**
   * A batch came to its end with denials held back. True where they are the objects' own failures: something succeeded before or since.
   * False trips the breaker: a whole batch was denied by an account of which nobody knows that it works.
   */
  settleBatch(): boolean {
    if (this.#health === "working") return true;
    this.#health = "tripped";
    return false;
  }

  /** A batch is taken up after a pause was lifted. */
  begin(): void {
    if (this.#health !== "tripped") return;
    this.#health = "unproven";
    this.#denialsInARow = 0;
  }
}

/** What an operator is told when an account is paused: the answer, and where to look for its cause. */
export function deniedCause(refusal: Pick<Refusal, "code" | "message" | "httpStatus">, denials: number, versioned: boolean): string {
  const said = refusal.message === "" ? refusal.code : `${refusal.code}: ${refusal.message}`;
  const permission = versioned ? "s3:PutObjectVersionAcl (the calls name versions; s3:PutObjectAcl is not enough)" : "s3:PutObjectAcl";
  const hints = new Map<string, string>([
    ["InvalidAccessKeyId", "The access key does not exist: correct or renew this account's credentials."],
    ["SignatureDoesNotMatch", "The secret key is wrong: correct this account's credentials."],
    ["RequestTimeTooSkewed", "This machine's clock is off by more than 15 minutes: set it."],
    ["InvalidToken", "The session token is not of this server: check endpoint and stsEndpoint."],
  ]);
  const hint =
    hints.get(refusal.code) ??
    `Look for, in this order: the role lacks ${permission} on the bucket's objects; a Deny in the bucket policy that names this account or a condition these calls do not meet; a service control policy or permissions boundary of the account; a VPC endpoint policy; for copies, s3:GetObjectVersion, s3:PutObject and the KMS key's policy.`;
  return `S3 denied ${denials} calls in a row and granted none (HTTP ${refusal.httpStatus} ${said}). ${hint} Nothing was marked as failed. Then resume this account.`;
}
