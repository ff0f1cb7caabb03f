// A worker: this process's part in a running campaign, from its first claim to its last hand-back.
//
// It is working (claims, sends, notes), draining (asked to stop: claims nothing, finishes what is in flight), or stopped. A second stop while
// draining cuts off what is in flight. Whatever happens to it, the store and Redis hold all that a successor needs.
import { hostname } from "node:os";
import {
  leanAnnotationCalls,
  leanMultipartCalls,
  leanObjectCalls,
  openWire,
  type S3Target,
  type Session,
  type StsTarget,
} from "@quitclaim/aws";
import {
  type AccountConfig,
  type AccountId,
  type CampaignConfig,
  type CampaignControl,
  type CampaignRedis,
  type CampaignStore,
  type Checkpoints,
  type ControlFeed,
  campaignKeys,
  openQueues,
  type PlanSummary,
} from "@quitclaim/campaign";
import type { BatchSurroundings } from "./batch.ts";
import { Breaker } from "./breaker.ts";
import { Complaints } from "./complaints.ts";
import { AccountConsumer } from "./consume.ts";
import { DeniedBatches } from "./denied-batches.ts";
import type { WorkerEvent } from "./event.ts";
import { proveAccount } from "./identity-proof.ts";
import { CAUSE_MS_MAX, HEARTBEAT_INTERVAL_MS, LEAVE_MS_MAX, WATCHDOG_INTERVAL_MS } from "./limits.ts";
import { bucketLockReader } from "./operations/bucket-lock.ts";
import { ownershipModeReader } from "./operations/ownership-mode.ts";
import { publicAccessReader } from "./operations/public-access.ts";
import { address, type Surroundings } from "./operations/task.ts";
import { PlanParts } from "./plan-parts.ts";
import { preparer } from "./prepare.ts";
import { Budget, redisLeases } from "./rate/budget.ts";
import { Gate } from "./rate/gate.ts";
import type { Calls, Principal } from "./retry/send.ts";
import { mayStart } from "./turnstile.ts";
import { Watchdog } from "./watchdog.ts";

export interface WorkerSessions {
  /** The bucket owner's. */
  readonly owner: Session;
  /** An uploading account's. */
  of(account: AccountConfig): Session;
}

export interface WorkerOptions {
  readonly config: CampaignConfig;
  readonly store: CampaignStore;
  readonly redis: CampaignRedis;
  readonly checkpoints: Checkpoints;
  readonly control: Pick<CampaignControl, "pause">;
  readonly feed: Pick<ControlFeed, "read">;
  readonly plan: PlanSummary;
  readonly sessions: WorkerSessions;
  /** Must not throw. */
  readonly onEvent: (event: WorkerEvent) => void;
}

export interface RunningWorker {
  /** `<host>/<pid>`, as in heartbeats. */
  readonly id: string;
  /** drain: rows in flight finish first. now: cut off; also turns a drain that is under way into one. Resolves when stopped. */
  stop(how: "drain" | "now"): Promise<void>;
  /** So many batches of these accounts were handed back for a worker that died: takes them on at once. */
  takeOver(batches: ReadonlyMap<AccountId, number>): void;
  /** Resolves when stopped, by whomever. */
  readonly done: Promise<void>;
}

/** Serves every account of the plan that the configuration has credentials for. Claims at once. Throws RedisProblem. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, store, redis, checkpoints, plan, sessions } = options;
  const { bucket, limits } = config;
  const id = `${hostname()}/${process.pid}`;
  const startedAt = Date.now();
  // An order to stop that was given before this worker came is not for it; its time is Redis's, not ours.
  const oldOrder = (await options.feed.read()).stop?.at;
  const s3: S3Target = {
    region: bucket.region,
    forcePathStyle: bucket.forcePathStyle,
    ...(bucket.endpoint === undefined ? {} : { endpoint: bucket.endpoint }),
  };
  const stsEndpoint = bucket.stsEndpoint ?? bucket.endpoint;
  const sts: StsTarget = { region: bucket.region, ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }) };
  const expected = bucket.dialect === "rgw" ? {} : { expectedBucketOwner: bucket.owner };
  const wire = openWire(s3, { connections: limits.concurrency, mayStart });
  const budget = new Budget(redisLeases(redis.connection("command"), campaignKeys(config.campaign).limiter, id), limits.requestsPerSecond);
  const gate = new Gate(budget, limits.concurrency);
  const publicAccess = publicAccessReader(sessions.owner, s3, bucket);
  const ownershipMode = ownershipModeReader(sessions.owner, s3, bucket);
  const bucketLock = bucketLockReader(sessions.owner, s3, bucket);
  const callsOf = (session: Session): Calls => {
    const signer = { session, ...expected };
    return { ...leanObjectCalls(wire, signer), ...leanMultipartCalls(wire, signer), ...leanAnnotationCalls(wire, signer) };
  };
  const ownerCalls = callsOf(sessions.owner);
  // A HEAD without a key is one of the bucket.
  const greeter =
    (calls: Calls): Principal["greet"] =>
    (signal) =>
      calls.headObject({ bucket: bucket.name, key: "" }, signal);
  const parts = new PlanParts(store);
  const surroundings: Surroundings = {
    bucket: bucket.name,
    bucketOwner: plan.bucketOwner,
    bucketOwnerAccount: bucket.owner,
    dialect: bucket.dialect,
    reportCreated: Date.parse(plan.provenance.reportCreated),
    dropsOthers: config.actions.thirdPartyGrants === "drop",
    publicAccess,
    ...(config.actions.kmsKey === undefined ? {} : { kmsKey: config.actions.kmsKey }),
    ...(config.actions.encryptionContext === undefined ? {} : { encryptionContext: config.actions.encryptionContext }),
  };

  const served = config.accounts.filter((account) => (plan.accounts[account.id]?.batches ?? 0) > 0);
  const queues = await openQueues(
    redis,
    served.map((account) => account.id),
  );
  const consumers = served.map((account) => consumerOf(account));
  const watchdog = new Watchdog();
  const complaints = new Complaints((message) => options.onEvent({ kind: "redis", message }));

  function consumerOf(account: AccountConfig): AccountConsumer {
    const session = sessions.of(account);
    const calls = callsOf(session);
    const uploader: Principal = { account: account.id, session, calls, greet: greeter(calls) };
    // The owner's requests on an object take that object's account's turns at the gate.
    const owner: Principal = { account: account.id, session: sessions.owner, calls: ownerCalls, greet: greeter(ownerCalls) };
    let proof: Promise<void> | undefined;
    const proven = (): Promise<void> => {
      proof ??= prove(account, session).catch((error: unknown) => {
        // Asked again by the next batch: somebody may have mended it.
        proof = undefined;
        throw error;
      });
      return proof;
    };
    const prepare = preparer({
      surroundings,
      uploader,
      owner,
      proven,
      ownershipMode,
      bucketLock,
      store,
      worker: id,
      reencryptByCopy: config.actions.reencryptFallback === "copy",
    });
    const breaker = new Breaker();
    const denied = new DeniedBatches(account.id, store, breaker);
    const readAcl: BatchSurroundings["readAcl"] = (row) =>
      uploader.calls.getObjectAcl(address({ bucket: bucket.name, row }), AbortSignal.timeout(CAUSE_MS_MAX));
    return new AccountConsumer({
      account: account.id,
      redis,
      surroundings: { store, checkpoints, parts, gate, breaker, denied, readAcl, prepare, worker: id, lanes: limits.concurrency },
      paused: (_, reason) => pause(account, reason),
      tell: options.onEvent,
    });
  }

  async function prove(account: AccountConfig, session: Session): Promise<void> {
    const canonicalId = plan.accounts[account.id]?.canonicalId;
    if (canonicalId === undefined) throw new Error(`the plan has no account ${account.id}`);
    const arn = await proveAccount(session, { account: account.id, canonicalId }, { s3, sts, dialect: bucket.dialect });
    options.onEvent({ kind: "identity-proven", account: account.id, arn });
  }

  async function pause(account: AccountConfig, reason: { kind: "pause"; cause: string } | { kind: "enforced" }): Promise<void> {
    if (reason.kind === "enforced") {
      const cause =
        "S3 says that this bucket's ACLs are switched off (BucketOwnerEnforced): the bucket owner owns every object already, and nothing is left to grant. `quitclaim verify` shows it.";
      // The engine may be on another machine, and hears of it by the pause alone.
      await options.control.pause(undefined, { by: "breaker", kind: "enforced", cause, at: Date.now() });
      options.onEvent({ kind: "enforced" });
      return;
    }
    await options.control.pause(account.id, { by: "breaker", cause: reason.cause, at: Date.now() });
    options.onEvent({ kind: "account-paused", account: account.id, cause: reason.cause });
  }

  async function beat(): Promise<void> {
    const control = await options.feed.read();
    budget.ceilingPerSecond = control.ceilingPerSecond ?? limits.requestsPerSecond;
    for (const { account } of consumers) {
      const counts = gate.takeCounts(account);
      if (counts !== undefined) checkpoints.count(account, { requests: counts.requests, throttled: counts.throttled });
    }
    const batchesInFlight = consumers.reduce((n, consumer) => n + consumer.batchesInFlight, 0);
    await checkpoints.seen({ id, host: hostname(), pid: process.pid, startedAt, batchesInFlight });
    if (control.stop !== undefined && control.stop.at !== oldOrder && stopping === undefined) leave("drain", control.stop.by);
  }

  async function watch(): Promise<void> {
    for (const consumer of consumers) {
      const queue = queues.get(consumer.account);
      const [counts, paused] = await Promise.all([queue.getJobCounts("waiting", "active"), queue.isPaused()]);
      const look = { waiting: counts.waiting ?? 0, active: counts.active ?? 0, paused };
      if (stopping === undefined && watchdog.stuck(consumer.account, look, Date.now())) await consumer.rebuild();
    }
  }

  /** Repeats with a pause between, until stopped; what Redis refuses is told and tried again. */
  function repeat(everyMs: number, act: () => Promise<void>): () => Promise<void> {
    let ended = false;
    let timer: NodeJS.Timeout | undefined;
    let acting: Promise<void> = Promise.resolve();
    const tick = (): void => {
      acting = act()
        .catch((error: unknown) => complaints.say(error))
        .then(() => {
          if (!ended) timer = setTimeout(tick, everyMs);
        });
    };
    tick();
    return async () => {
      ended = true;
      clearTimeout(timer);
      await Promise.race([acting, new Promise((resolve) => setTimeout(resolve, LEAVE_MS_MAX).unref())]);
    };
  }

  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let stopping: Promise<void> | undefined;

  function leave(how: "drain" | "now", by: string): void {
    options.onEvent({ kind: "stop-asked", how, by });
    if (how === "now") for (const consumer of consumers) consumer.cutOff();
    stopping ??= wind(how);
  }

  async function wind(how: "drain" | "now"): Promise<void> {
    if (how === "drain") await Promise.all(consumers.map((consumer) => consumer.drain()));
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await Promise.all([gate.close(), stopBeating(), stopWatching()]);
    ownershipMode.close();
    bucketLock.close();
    publicAccess.close();
    const goodbye = Promise.allSettled([wire.close(), queues.close(), checkpoints.gone(id)]);
    await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, LEAVE_MS_MAX).unref())]);
    options.onEvent({ kind: "stopped" });
    finish();
  }

  gate.open();
  const stopBeating = repeat(HEARTBEAT_INTERVAL_MS, beat);
  const stopWatching = repeat(WATCHDOG_INTERVAL_MS, watch);
  options.onEvent({ kind: "started", worker: id, accounts: served.map((account) => account.id) });
  return {
    id,
    async stop(how) {
      leave(how, "this process");
      await stopping;
    },
    takeOver(batches) {
      for (const consumer of consumers) consumer.takeOver(batches.get(consumer.account) ?? 0);
    },
    done,
  };
}
