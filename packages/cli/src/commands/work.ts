// `quitclaim work`: joins a running campaign as one more worker process, on this machine or another. `run` starts its workers so too.
import { setTimeout as sleep } from "node:timers/promises";
import { SessionError } from "@quitclaim/aws";
import {
  type CampaignConfig,
  embeddedRuns,
  needsReconcile,
  openProgress,
  openRedis,
  RedisCheckpoints,
  RedisProblem,
  StoreError,
} from "@quitclaim/campaign";
import { startWorker, type WorkerEvent } from "@quitclaim/worker";
import type { CrewOrder, CrewWord, LeaveOrder } from "../engine/crew.ts";
import { runningEngine } from "../engine/lease.ts";
import { CommandError, EXIT, type ExitCode, exitOf } from "../exit.ts";
import { type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { DRAINING } from "../stopping.ts";
import { eventSentence } from "./work-events.ts";

export interface WorkFlags {
  /** Started by `run`: events go to it, it tells when to leave, and its end is ours. */
  readonly crew?: boolean;
}

const LOOK_MS = 2_000;
/** Everything is handed back and said by then. */
const LINGER_MS_MAX = 1_000;

export async function work(invocation: Invocation, flags: WorkFlags): Promise<ExitCode> {
  if (flags.crew !== true) return join(invocation, false);
  try {
    return await join(invocation, true);
  } catch (error) {
    const { code, message } = exitOf(error);
    if (!process.connected) throw error;
    const why: CrewWord = { kind: "cannot-work", why: message };
    if (code === EXIT.usage) await new Promise<void>((resolve) => process.send?.(why, () => resolve()));
    process.disconnect();
    // The engine starts many workers, and says once what each of them would.
    if (code === EXIT.usage) return code;
    throw error;
  }
}

async function join(invocation: Invocation, crew: boolean): Promise<ExitCode> {
  const { output, signals } = invocation;
  const campaign = await openCampaign(invocation);
  const plan = await readPlan(campaign);
  const { config, store, sessions } = campaign;
  if (!crew) {
    signals.announce(DRAINING);
    await sayWhoRuns(config, output.say);
  }
  const redis = await openRedis(
    { redis: config.redis, store: config.store, campaign: config.campaign },
    { info: () => undefined, warn: output.say },
  );
  try {
    if (!crew && (await needsReconcile(redis, plan))) {
      throw new CommandError(
        EXIT.usage,
        `${redis.describe()} knows nothing of this plan yet. Start the campaign first: quitclaim run --config ${config.file}`,
      );
    }
    const progress = await openProgress({ redis, store, plan, config });
    const worker = await startWorker({
      config,
      store,
      redis,
      checkpoints: new RedisCheckpoints(redis),
      control: progress.control,
      feed: progress.feed,
      plan,
      sessions,
      onEvent: crew ? tellEngine : (event) => output.say(output.json ? JSON.stringify(event) : eventSentence(event)),
    });
    let broken: { readonly error: unknown } | undefined;
    const stop = (how: LeaveOrder["leave"]): void => void worker.stop(how);
    // A signal may have come while we started: its event is past.
    const upon = (signal: AbortSignal, how: LeaveOrder["leave"]): void => {
      if (signal.aborted) stop(how);
      else signal.addEventListener("abort", () => stop(how), { once: true });
    };
    upon(signals.drain, "drain");
    upon(signals.leaveNow, "now");
    if (crew) {
      process.on("message", (order: CrewOrder) => ("leave" in order ? stop(order.leave) : worker.takeOver(new Map(order.takeOver))));
      // The engine died: leave in good order, so that nothing works on unwatched.
      process.once("disconnect", () => stop("drain"));
      // It died while we were starting: its hanging up is past, and nobody will tell us again.
      if (!process.connected) stop("drain");
    } else
      leaveWhenFinished().catch((error: unknown) => {
        broken = { error };
        return worker.stop("drain");
      });

    await worker.done;
    if (broken !== undefined) throw broken.error;
    if (!crew) {
      const remaining = await remainingNow();
      output.result({ worker: worker.id, remaining }, [`left; ${remaining ?? "an unknown number of"} objects remain`]);
    }
    await progress.close();

    async function leaveWhenFinished(): Promise<void> {
      while (!signals.drain.aborted) {
        await sleep(LOOK_MS);
        if ((await remainingNow()) === 0) return worker.stop("drain");
      }
    }

    /** null while Redis or the store does not answer: the worker says so itself, waits, and goes on. At the end the engine may have ended Redis. */
    async function remainingNow(): Promise<number | null> {
      try {
        return (await progress.view.snapshot()).remaining;
      } catch (error) {
        if (error instanceof RedisProblem || error instanceof StoreError || error instanceof SessionError) return null;
        throw error;
      }
    }
  } finally {
    await redis.stop();
  }
  if (crew && process.connected) process.disconnect();
  // A worker of a crew is asked to leave by its engine; that is no interruption of anybody's command.
  const exit = crew ? EXIT.done : (signals.exitCode ?? EXIT.done);
  // BullMQ's timers outlive a close() that a dead Redis never answered, and would keep this process for good. Unref'd: it only ends what they keep.
  setTimeout(() => process.exit(exit), LINGER_MS_MAX).unref();
  return exit;
}

/** An embedded Redis is there while its campaign runs; elsewhere the queues outlive the engine, and a worker may go on with them. */
async function sayWhoRuns(config: CampaignConfig, say: (line: string) => void): Promise<void> {
  const engine = await runningEngine(config);
  if (engine !== undefined) return;
  if (config.redis === "embedded" && !(await embeddedRuns(config.store, config.campaign)))
    throw new CommandError(
      EXIT.usage,
      `campaign ${config.campaign} does not run on this machine, so there is nothing to join. Start it: quitclaim run --config ${config.file}`,
    );
  say("no engine runs now; this worker takes what is queued, and `quitclaim run` on any machine takes care of the rest");
}

function tellEngine(event: WorkerEvent): void {
  if (process.connected) process.send?.(event);
}
