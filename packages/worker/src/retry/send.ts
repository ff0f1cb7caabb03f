// One request brought to an answer: paced by the gate, repeated as its refusal's kind says (the table of design.md 6).
//
//   throttled   the gate slows down; sent again, the same attempt; but a copy only where S3 itself said so (a proxy's bare 503 may follow its effect)
//   expired     the session is renewed; sent again, the same attempt, and from the second time on after a wait. Never an answer about the object
//   transient   backed off with full jitter; sent again, one attempt more; but never a copy (`repeat: "never"`)
//               Where the last of them had no answer at all, S3 is asked something else: silent to that too, it is out of reach, which is no
//               object's fault, and the batch comes back later
//   the rest    is an answer
import type { AnnotationCalls, Answer, MultipartCalls, ObjectCalls, Refusal, Session } from "@quitclaim/aws";
import { explain, SessionError } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { TryLater } from "../halt.ts";
import {
  EXPIRED_ANSWERS_MAX,
  SESSION_ATTEMPTS_MAX,
  THROTTLED_ANSWERS_MAX,
  THROTTLED_BACKOFF_BASE_MS,
  THROTTLED_BACKOFF_MS_MAX,
  TRANSIENT_ATTEMPTS_MAX,
  TRANSIENT_BACKOFF_BASE_MS,
  TRANSIENT_BACKOFF_MS_MAX,
} from "../limits.ts";
import { Stopped } from "../stopped.ts";
import { fullJitter } from "./backoff.ts";
import { wait } from "./wait.ts";

export type Calls = ObjectCalls & MultipartCalls & AnnotationCalls;

/** Who signs, and the calls that are bound to that signer. */
export interface Principal {
  readonly account: AccountId;
  readonly session: Session;
  readonly calls: Calls;
  /** A request about no object: whatever S3 says to it, it shows that S3 can be reached. */
  readonly greet: (signal: AbortSignal) => Promise<Answer<unknown>>;
}

/** Where requests wait for their turn: the bucket's rate, the process's concurrency, the batch's fence. */
export interface Turnstile {
  /** undefined: go at once. Throws Stopped when the batch is stopped while waiting. */
  enter(account: AccountId): Promise<void> | undefined;
  leave(account: AccountId, throttled: boolean): void;
  readonly signal: AbortSignal;
  /** For what a worker that leaves has still to say; undefined where it does not leave, or where the batch may be another's already. */
  lastWord(): Turnstile | undefined;
}

export interface Sent<T> {
  readonly answer: Answer<T>;
  /** Requests that S3 may have acted on: throttled and expired ones it did not. */
  readonly attempts: number;
}

export type Call<T> = (calls: Calls, signal: AbortSignal) => Promise<Answer<T>>;

const transientBackoff = { baseMs: TRANSIENT_BACKOFF_BASE_MS, capMs: TRANSIENT_BACKOFF_MS_MAX };
const throttledBackoff = { baseMs: THROTTLED_BACKOFF_BASE_MS, capMs: THROTTLED_BACKOFF_MS_MAX };

/**
 * Throws Stopped where the batch is stopped before an answer is had, SessionError where the account's session cannot be had, TryLater where
 * S3 is out of reach.
 * `repeat: "never"` is for a request that must not take effect twice: a refusal of it that leaves open whether it took effect is handed
 * back as a transient answer.
 */
export async function send<T>(
  principal: Principal,
  turnstile: Turnstile,
  call: Call<T>,
  repeat: "idempotent" | "never" = "idempotent",
): Promise<Sent<T>> {
  let attempts = 0;
  let throttled = 0;
  let expired = 0;
  let reached = false;
  for (;;) {
    const generation = principal.session.fresh()?.generation ?? (await freshGeneration(principal.session, turnstile.signal));
    const turn = turnstile.enter(principal.account);
    if (turn !== undefined) await turn;
    let answer: Answer<T>;
    let slower = false;
    try {
      answer = await call(principal.calls, turnstile.signal);
      slower = !answer.ok && answer.kind === "throttled";
    } finally {
      turnstile.leave(principal.account, slower);
    }
    if (answer.ok) return { answer, attempts: attempts + 1 };
    // A request that the stop itself cut off says nothing about the object.
    if (turnstile.signal.aborted && answer.httpStatus === 0) throw new Stopped();
    switch (answer.kind) {
      case "throttled":
        // Whoever sent it looks at what became of it first, as after any lost answer.
        if (repeat === "never" && answer.unknownOutcome) return { answer: { ...answer, kind: "transient" }, attempts: attempts + 1 };
        if (++throttled >= THROTTLED_ANSWERS_MAX) return { answer, attempts: attempts + 1 };
        await wait(fullJitter(throttledBackoff, throttled), turnstile.signal);
        break;
      case "expired":
        if (++expired >= EXPIRED_ANSWERS_MAX) throw staysExpired(answer);
        // Somebody ends sessions as fast as they are had: the next one may meet quieter times.
        if (expired > 1) await wait(fullJitter(throttledBackoff, expired), turnstile.signal);
        await renewed(() => principal.session.expired(generation), turnstile.signal);
        break;
      case "transient":
        attempts += 1;
        if (repeat === "never") return { answer, attempts };
        if (attempts >= TRANSIENT_ATTEMPTS_MAX) {
          if (answer.httpStatus !== 0 || reached) return { answer, attempts };
          if (!(await reaches(principal, turnstile))) throw outOfReach(answer);
          // S3 may have come back this moment: once more, and then it is this request's own trouble.
          reached = true;
          break;
        }
        await wait(fullJitter(transientBackoff, attempts), turnstile.signal);
        break;
      default:
        return { answer, attempts: attempts + 1 };
    }
  }
}

async function reaches({ account, greet }: Principal, turnstile: Turnstile): Promise<boolean> {
  const turn = turnstile.enter(account);
  if (turn !== undefined) await turn;
  try {
    return (await greet(turnstile.signal)).httpStatus !== 0;
  } finally {
    turnstile.leave(account, false);
  }
}

const outOfReach = ({ code, message }: Refusal): TryLater =>
  new TryLater(
    `S3 is out of reach: ${explain(code).meaning} (${code}: ${message}) Nothing was marked as failed, and what is left is taken up again every few seconds. ` +
      "If it lasts, check this machine's network and the endpoint in the campaign file.",
  );

/** The account's trouble and no object's: it is paused with this. */
function staysExpired(refusal: Refusal): SessionError {
  const said = refusal.message === "" ? refusal.code : `${refusal.code}: ${refusal.message}`;
  return new SessionError(
    "other",
    `S3 called ${EXPIRED_ANSWERS_MAX} new sessions of this account expired, one after the other (HTTP ${refusal.httpStatus} ${said}). Compare this machine's clock with the ` +
      "server's, and see that endpoint and stsEndpoint belong together and that nobody revokes the role's sessions. Nothing was marked as failed. Then resume this account.",
  );
}

async function freshGeneration(session: Session, signal: AbortSignal): Promise<number> {
  return (await renewed(() => session.credentials(), signal)).generation;
}

/** STS may be out of reach for a moment; a refusal is final. */
async function renewed<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SessionError && error.passing) || failures >= SESSION_ATTEMPTS_MAX) throw error;
      await wait(fullJitter(transientBackoff, failures + 2), signal);
    }
  }
}
