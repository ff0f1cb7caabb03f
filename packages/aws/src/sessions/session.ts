// One account's credentials, fresh whenever they are asked for.
//
// A session is *empty* (nothing fetched yet), *fresh*, *ageing* (within the renewal window: still handed out, renewed behind the
// caller's back) or *spent* (callers wait for the renewal). At most one renewal is in flight; a renewal that fails while the session is only
// ageing is tried again later and hurts nobody. A complaint by S3 makes that generation spent; a complaint about an older one is ignored.
import { refresh_ahead_ms_max, refresh_retry_ms, session_margin_ms_max } from "../limits.ts";
import type { StsTarget } from "../target.ts";
import { type CredentialSource, credentialSource } from "./credential-source.ts";
import { type CredentialSpec, type Credentials, describeSpec } from "./credential-spec.ts";
import { SessionError } from "./session-error.ts";

export interface Session {
  /** For people; names the source and holds no secret. */
  readonly label: string;
  /** The credentials, without a promise, while they are fresh or ageing; undefined: ask {@link credentials}. */
  fresh(): Credentials | undefined;
  /** The credentials, fetched or renewed first where they must be. Throws SessionError. */
  credentials(): Promise<Credentials>;
  /** S3 refused this generation as expired: renewed once, however many complain. Throws SessionError. */
  expired(generation: number): Promise<Credentials>;
}

/** A session over any source; fetches nothing before it is asked. `now` (epoch ms) is there for tests. */
export function openSession(spec: CredentialSpec, sts: StsTarget, now: () => number = Date.now): Session {
  return new RenewedSession(describeSpec(spec), credentialSource(spec, sts, now), now);
}

class RenewedSession implements Session {
  readonly label: string;
  readonly #source: CredentialSource;
  readonly #now: () => number;
  #held: Credentials | undefined;
  /** Epoch ms from which a renewal is due, and from which the credentials are no longer handed out. */
  #renewAt = 0;
  #spentAt = 0;
  #generation = 0;
  #renewal: Promise<Credentials> | undefined;
  /** Set for good when credentials that cannot be renewed have expired. */
  #over: SessionError | undefined;

  constructor(label: string, source: CredentialSource, now: () => number) {
    this.label = label;
    this.#source = source;
    this.#now = now;
  }

  fresh(): Credentials | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    const now = this.#now();
    if (now < this.#renewAt) return held;
    if (now >= this.#spentAt) return undefined;
    this.#renewBehind();
    return held;
  }

  credentials(): Promise<Credentials> {
    const held = this.fresh();
    return held === undefined ? this.#renew() : Promise.resolve(held);
  }

  expired(generation: number): Promise<Credentials> {
    if (this.#held !== undefined && generation === this.#generation) {
      this.#held = undefined;
      if (!this.#source.renewable) {
        this.#over = new SessionError(
          "no-credentials",
          `${this.label}: S3 says that these credentials have expired. ${this.#source.advice}`,
        );
      }
    }
    return this.credentials();
  }

  #renew(): Promise<Credentials> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#renewal ??= this.#fetch().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #fetch(): Promise<Credentials> {
    const raw = await this.#source.fetch();
    const now = this.#now();
    this.#generation += 1;
    const held: Credentials = { ...raw, generation: this.#generation };
    if (raw.expiresAt === undefined) {
      this.#renewAt = this.#spentAt = Number.POSITIVE_INFINITY;
    } else {
      const life = raw.expiresAt - now;
      if (life <= 0)
        throw new SessionError(
          "no-credentials",
          `${this.label}: the credentials were past their end when they came. ${this.#source.advice}`,
        );
      this.#renewAt = raw.expiresAt - Math.min(refresh_ahead_ms_max, life / 4);
      this.#spentAt = raw.expiresAt - Math.min(session_margin_ms_max, life / 20);
    }
    this.#held = held;
    return held;
  }

  #renewBehind(): void {
    if (this.#renewal !== undefined) return;
    this.#renew().catch((error: unknown) => {
      // The old session still works: whoever asks once it is spent gets this error first hand, and until then it is only tried again.
      if (!(error instanceof SessionError)) throw error;
      this.#renewAt = this.#now() + Math.min(refresh_retry_ms, Math.max(0, (this.#spentAt - this.#now()) / 2));
    });
  }
}
