// One request and its whole answer over undici's dispatch, without streams: the hot calls' bodies are a few hundred bytes.
import type { Dispatcher } from "undici";

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header is a list. Values as latin1. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** No answer. `reached`: the request was on its way, so the server may have acted on it. */
export interface WireFailure {
  readonly error: unknown;
  readonly reached: boolean;
}

export const isFailure = (outcome: WireAnswer | WireFailure): outcome is WireFailure => "error" in outcome;

const NO_BYTES = Buffer.alloc(0);

/** Feeds on one dispatch and settles once. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<WireAnswer | WireFailure>;
  #settle: (outcome: WireAnswer | WireFailure) => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: WireAnswer["headers"] = {};
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #settled = false;
  #cancelled: Error | undefined;
  readonly #watch: SignalWatch | undefined;
  readonly #mayStart: () => boolean;

  /** `mayStart` is asked last thing before the first byte is written. */
  constructor(signal: AbortSignal | undefined, mayStart: () => boolean) {
    this.#mayStart = mayStart;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#watch = signal === undefined ? undefined : watchOf(signal);
    this.#watch?.add(this);
  }

  /** The caller wants no answer any more. What is on its way may still take effect. */
  cancel(reason: Error): void {
    if (this.#settled) return;
    this.#cancelled = reason;
    this.#controller?.abort(reason);
    this.#end({ error: reason, reached: this.#controller !== undefined });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown rather than aborted: nothing was written yet, and an abort would cost the connection.
    if (this.#cancelled !== undefined) throw this.#cancelled;
    if (!this.#mayStart()) throw new DOMException("held back, since the caller may not send it any more", "AbortError");
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: WireAnswer["headers"]): void {
    // 1xx answers come before the real one.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#first === undefined) this.#first = chunk;
    else if (this.#more === undefined) this.#more = [this.#first, chunk];
    else this.#more.push(chunk);
  }

  onResponseEnd(): void {
    const body = this.#more === undefined ? (this.#first ?? NO_BYTES) : Buffer.concat(this.#more);
    this.#end({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#end({ error, reached: this.#controller !== undefined });
  }

  #end(outcome: WireAnswer | WireFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#watch?.delete(this);
    this.#settle(outcome);
  }
}

/** All exchanges that one signal can cancel: thousands share one listener, where each its own would cost more than the signature. */
type SignalWatch = Set<Exchange>;
const watches = new WeakMap<AbortSignal, SignalWatch>();

function watchOf(signal: AbortSignal): SignalWatch {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const made: SignalWatch = new Set();
    watch = made;
    watches.set(signal, made);
    signal.addEventListener(
      "abort",
      () => {
        for (const exchange of [...made]) exchange.cancel(aborted(signal));
      },
      { once: true },
    );
  }
  return watch;
}

/** Named so that it is known as an abort whatever reason the caller gave. */
export function aborted(signal: AbortSignal): Error {
  return new DOMException(`stopped by the caller${signal.reason instanceof Error ? `: ${signal.reason.message}` : ""}`, "AbortError");
}
