// Each kind of misfortune as a deed: strikes, lasts, and is over when its promise resolves.
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultSettings, Sandbox } from "@quitclaim/sandbox";
import type { Cast } from "./cast.ts";
import type { SmallDisk } from "./disk.ts";
import type { Kind, Misfortune } from "./schedule.ts";
import type { Weather } from "./weather.ts";

export interface Scene {
  readonly cast: Cast;
  readonly sandbox: Sandbox;
  readonly weather: Weather;
  readonly lockMs: number;
  /** undefined: this user cannot have one. */
  readonly disk: SmallDisk | undefined;
}

type Deed = (scene: Scene, misfortune: Misfortune) => Promise<void> | void;

const during =
  (faults: (strength: number) => FaultSettings): Deed =>
  async ({ weather }, { forMs, strength }) => {
    const end = weather.storm(faults(strength));
    await sleep(forMs);
    end();
  };

const DEEDS: Readonly<Record<Kind, Deed>> = {
  "kill-worker": ({ cast }, { strength }) => cast.killWorker(strength),
  "kill-outsider": ({ cast }) => cast.killOutsider(),
  "kill-run": ({ cast }) => cast.killRun(),
  "kill-everything": ({ cast }) => cast.killEverything(),
  "freeze-worker": ({ cast, lockMs }, { forMs, strength }) => cast.freeze(strength, lockMs + forMs),
  "redis-killed": ({ cast }) => cast.redis("SIGKILL"),
  "redis-shut-down": ({ cast }) => cast.redis("SIGTERM"),
  "redis-without-data": ({ cast }) => cast.redisWithoutData(),
  "redis-frozen": ({ cast }, { forMs }) => cast.freezeRedis(forMs),
  "resets-before": during((strength) => ({ reset: { before: 0.02 + strength * 0.3 } })),
  "resets-after": during((strength) => ({ reset: { after: 0.02 + strength * 0.3 } })),
  "errors-before": during((strength) => ({ internalError: { before: 0.02 + strength * 0.4 } })),
  "errors-after": during((strength) => ({ internalError: { after: 0.02 + strength * 0.4 } })),
  "slow-down": during((strength) => ({ slowDown: { perSecond: 20 + Math.round(strength * 100) } })),
  "tokens-expire": async ({ weather, sandbox }, { forMs, strength }) => {
    sandbox.book.expireSessions({});
    const end = weather.storm({ expireToken: 0.002 + strength * 0.01 });
    await sleep(forMs);
    end();
  },
  "short-sessions": async ({ sandbox }, { forMs, strength }) => {
    sandbox.book.limitSessions(1 + Math.round(strength * 19));
    await sleep(forMs * 2);
    sandbox.book.limitSessions(undefined);
  },
  "disk-full": async ({ disk }, { forMs }) => {
    disk?.fill();
    await sleep(forMs);
    disk?.free();
  },
};

export const strike = async (scene: Scene, misfortune: Misfortune): Promise<void> => DEEDS[misfortune.kind](scene, misfortune);
