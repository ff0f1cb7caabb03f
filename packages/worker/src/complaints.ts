// The same complaint, over and over, is one complaint: a Redis that is away says so every second.
import { REPEATED_COMPLAINT_MS } from "./limits.ts";

export class Complaints {
  readonly #tell: (text: string) => void;
  #last = "";
  #at = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Tells it, unless it was told within the last REPEATED_COMPLAINT_MS. */
  say(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const now = Date.now();
    if (text === this.#last && now - this.#at < REPEATED_COMPLAINT_MS) return;
    this.#last = text;
    this.#at = now;
    this.#tell(text);
  }
}
