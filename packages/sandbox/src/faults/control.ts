/**
 * Decides, request by request, what goes wrong. Seeded: a client that sends one request at a time meets the same faults again
 * with the same seed and settings. Settings may change at any moment; only the token buckets start afresh then.
 */
import type { CallSummary, Faults, FaultVerdict } from "../http/hooks.ts";
import { S3Error } from "../http/s3-error.ts";
import { TokenBucket } from "./bucket.ts";
import { type Random, seededRandom } from "./random.ts";
import { refusalOf } from "./refusals.ts";
import type { FaultScope, FaultSettings } from "./settings.ts";

const slowDown = (): S3Error => refusalOf("SlowDown");
const internalError = (): S3Error => refusalOf("InternalError");
const expiredToken = (): S3Error => new S3Error(400, "ExpiredToken", "The provided token has expired.");

/** Operations whose answer begins before their work is done. */
const answersLate: ReadonlySet<string> = new Set(["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"]);

/** Prefixes that get a token bucket of their own; above that they share one, so that random keys cannot eat memory. */
const prefixesMax = 10_000;

export interface FaultControlOptions {
  readonly seed: number;
  readonly settings?: FaultSettings;
  /** Ends the sessions with this ARN for good; called when an `expireToken` fault strikes. */
  readonly expireSession: (arn: string) => void;
  /** Milliseconds; for the rate only. */
  readonly now?: () => number;
}

export class FaultControl implements Faults {
  #settings: FaultSettings = {};
  readonly #random: Random;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #now: () => number;
  readonly #expireSession: (arn: string) => void;

  constructor(options: FaultControlOptions) {
    this.#random = seededRandom(options.seed);
    this.#now = options.now ?? (() => performance.now());
    this.#expireSession = options.expireSession;
    this.set(options.settings ?? {});
  }

  /** Replaces all settings; `{}` ends every fault. */
  set(settings: FaultSettings): void {
    this.#settings = settings;
    this.#buckets.clear();
  }

  get(): FaultSettings {
    return this.#settings;
  }

  before(call: CallSummary): FaultVerdict | undefined {
    const settings = this.#settings;
    if (!inScope(settings.scope, call)) return undefined;
    const { latency } = settings;
    const delayMs = latency === undefined ? 0 : latency.fixedMs + this.#random() * (latency.jitterMs ?? 0);
    if (settings.slowDown !== undefined && !this.#tokens(settings.slowDown, call).take(this.#now())) return { delayMs, error: slowDown() };
    if (settings.expireToken !== undefined && call.arn.includes(":assumed-role/") && this.#strikes(settings.expireToken)) {
      this.#expireSession(call.arn);
      return { delayMs, error: expiredToken() };
    }
    if (this.#strikes(settings.reset?.before)) return { delayMs, reset: true };
    if (this.#strikes(settings.internalError?.before)) return { delayMs, error: internalError() };
    if (answersLate.has(call.op) && this.#strikes(settings.errorIn200?.before)) return { delayMs, errorIn200: internalError() };
    if (settings.refusal !== undefined && this.#strikes(settings.refusal.probability)) {
      return { delayMs, error: refusalOf(settings.refusal.code, settings.refusal) };
    }
    return delayMs === 0 ? undefined : { delayMs };
  }

  after(call: CallSummary, status: number): FaultVerdict | undefined {
    // A refusal has no effect that a lost answer could hide.
    if (status >= 400 || !inScope(this.#settings.scope, call)) return undefined;
    if (this.#strikes(this.#settings.reset?.after)) return { reset: true };
    if (this.#strikes(this.#settings.internalError?.after)) return { error: internalError() };
    if (answersLate.has(call.op) && this.#strikes(this.#settings.errorIn200?.after)) return { errorIn200: internalError() };
    return undefined;
  }

  #strikes(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #tokens(limit: NonNullable<FaultSettings["slowDown"]>, call: CallSummary): TokenBucket {
    let name = "";
    if (limit.per === "prefix") {
      const slash = call.key?.indexOf("/") ?? -1;
      name = `${call.bucket ?? ""}/${slash < 0 ? "" : call.key?.slice(0, slash)}`;
      if (!this.#buckets.has(name) && this.#buckets.size >= prefixesMax) name = "";
    }
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new TokenBucket(limit.perSecond, this.#now());
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}

function inScope(scope: FaultScope | undefined, call: CallSummary): boolean {
  if (scope === undefined) return true;
  if (scope.ops !== undefined && !scope.ops.includes(call.op)) return false;
  if (scope.accountIds !== undefined && !scope.accountIds.includes(call.accountId ?? "")) return false;
  if (scope.buckets !== undefined && !scope.buckets.includes(call.bucket ?? "")) return false;
  return scope.keyPrefixes === undefined || scope.keyPrefixes.some((prefix) => call.key?.startsWith(prefix) === true);
}
