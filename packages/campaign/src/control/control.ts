// What a person or the breaker tells a running campaign, as workers read it: one small hash, polled.
import type { CampaignControl } from "../progress/snapshot.ts";

export interface ControlState {
  /** Someone asked the engine to stop, drain and leave: when (Redis's clock, epoch milliseconds) and who. */
  readonly stop?: { readonly at: number; readonly by: string };
  /** The operator's ceiling in requests a second; undefined: the campaign file's. */
  readonly ceilingPerSecond?: number;
}

/** Cheap enough to be asked every second. */
export interface ControlFeed {
  read(): Promise<ControlState>;
  /** Called by an engine that starts, so that an old request does not stop it. */
  clearStop(): Promise<void>;
}

/** CampaignControl plus what only the command line gives. */
export interface EngineControl extends CampaignControl {
  /** Asks every engine of the campaign to drain and leave. `by`: who asks, for the log. Does nothing where no Redis runs. */
  requestStop(by: string): Promise<void>;
}
