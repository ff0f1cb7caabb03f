/**
 * Decides, request by request, what goes wrong. Seeded: with one client that sends one request at a time, the same seed and
 * settings give the same faults. Settings may change at any moment; only the token buckets start afresh then.
 */
import { TokenBucket } from "./bucket.ts";
import { type Random, seededRandom } from "./random.ts";
import type { FaultScope, FaultSettings } from "./settings.ts";

/** The request as faults see it. */
export interface FaultQuestion {
  readonly op: string;
  /** Absent for an anonymous request. */
  readonly accountId?: string;
  readonly bucket?: string;
  readonly key?: string;
  /** True when the request is signed by a session that could expire. */
  readonly session: boolean;
}

/** What is to go wrong with one request. */
export interface FaultVerdict {
  /** Milliseconds to wait before the request is looked at. */
  readonly delayMs: number;
  /** Instead of doing the request. */
  readonly before?: "SlowDown" | "InternalError" | "reset" | "ExpiredToken";
  /** After doing it, instead of the true answer. */
  readonly after?: "InternalError" | "reset";
}

const nothing: FaultVerdict = { delayMs: 0 };

/** Prefixes that get a token bucket of their own; above that they share one, so that random keys cannot eat memory. */
const prefixesMax = 10_000;

export class FaultControl {
  #settings: FaultSettings = {};
  #active = false;
  #random: Random;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #now: () => number;

  constructor(seed: number, settings: FaultSettings = {}, now: () => number = () => performance.now()) {
    this.#random = seededRandom(seed);
    this.#now = now;
    this.set(settings);
  }

  /** Replaces all settings; `{}` ends every fault. */
  set(settings: FaultSettings): void {
    this.#settings = settings;
    this.#active = Object.keys(settings).some((name) => name !== "scope");
    this.#buckets.clear();
  }

  get(): FaultSettings {
    return this.#settings;
  }

  /** What goes wrong with this request. Counts it towards the rate. */
  decide(question: FaultQuestion): FaultVerdict {
    if (!this.#active || !inScope(this.#settings.scope, question)) return nothing;
    const { latency, slowDown, internalError, reset, expireToken } = this.#settings;
    const delayMs = latency === undefined ? 0 : latency.fixedMs + this.#random() * (latency.jitterMs ?? 0);
    if (slowDown !== undefined && !this.#bucketFor(slowDown, question).take(this.#now())) return { delayMs, before: "SlowDown" };
    if (question.session && this.#strikes(expireToken)) return { delayMs, before: "ExpiredToken" };
    if (this.#strikes(reset?.before)) return { delayMs, before: "reset" };
    if (this.#strikes(internalError?.before)) return { delayMs, before: "InternalError" };
    if (this.#strikes(reset?.after)) return { delayMs, after: "reset" };
    if (this.#strikes(internalError?.after)) return { delayMs, after: "InternalError" };
    return delayMs === 0 ? nothing : { delayMs };
  }

  #strikes(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #bucketFor(slowDown: NonNullable<FaultSettings["slowDown"]>, question: FaultQuestion): TokenBucket {
    let name = "";
    if (slowDown.per === "prefix") {
      const slash = question.key?.indexOf("/") ?? -1;
      name = `${question.bucket ?? ""}/${slash < 0 ? "" : question.key?.slice(0, slash)}`;
      if (!this.#buckets.has(name) && this.#buckets.size >= prefixesMax) name = "";
    }
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new TokenBucket(slowDown.perSecond, this.#now());
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}

function inScope(scope: FaultScope | undefined, question: FaultQuestion): boolean {
  if (scope === undefined) return true;
  if (scope.ops !== undefined && !scope.ops.includes(question.op)) return false;
  if (scope.accountIds !== undefined && !scope.accountIds.includes(question.accountId ?? "")) return false;
  if (scope.buckets !== undefined && !scope.buckets.includes(question.bucket ?? "")) return false;
  return scope.keyPrefixes === undefined || scope.keyPrefixes.some((prefix) => question.key?.startsWith(prefix) === true);
}
