// Several faults at once on one sandbox, each for its own time: whoever ends must not end the others.
import type { FaultSettings, Sandbox } from "@quitclaim/sandbox";

export class Weather {
  readonly #sandbox: Sandbox;
  readonly #storms = new Map<symbol, FaultSettings>();
  readonly #calm: FaultSettings;

  constructor(sandbox: Sandbox, calm: FaultSettings) {
    this.#sandbox = sandbox;
    this.#calm = calm;
    this.#blow();
  }

  /** Until the function that it answers is called. */
  storm(faults: FaultSettings): () => void {
    const name = Symbol("storm");
    this.#storms.set(name, faults);
    this.#blow();
    return () => {
      if (this.#storms.delete(name)) this.#blow();
    };
  }

  clear(): void {
    this.#storms.clear();
    this.#blow();
  }

  #blow(): void {
    let all: FaultSettings = this.#calm;
    for (const storm of this.#storms.values()) {
      all = {
        ...all,
        ...storm,
        ...(all.reset === undefined && storm.reset === undefined ? {} : { reset: { ...all.reset, ...storm.reset } }),
        ...(all.internalError === undefined && storm.internalError === undefined
          ? {}
          : { internalError: { ...all.internalError, ...storm.internalError } }),
      };
    }
    this.#sandbox.faults.set(all);
  }
}
