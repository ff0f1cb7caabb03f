// Why a session could not be had, in a sentence that says who has to change what.

export type SessionErrorReason = "trust-policy" | "external-id" | "no-credentials" | "network" | "throttled" | "other";

/** Thrown by sessions and identity proofs only. The message is for the operator and names no secret. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly reason: SessionErrorReason;

  constructor(reason: SessionErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  /** Trying again later may help without anybody changing anything. */
  get passing(): boolean {
    return this.reason === "network" || this.reason === "throttled";
  }
}
