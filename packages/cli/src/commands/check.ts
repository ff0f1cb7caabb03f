// `quitclaim check`: identities, permissions, bucket, Redis and store, before anything is planned. Every problem with its fix.
import { randomUUID } from "node:crypto";
import { proveCanonicalId, proveIdentity, type S3Target, type Session, type StsTarget } from "@quitclaim/aws";
import { type AccountId, type CanonicalId, embeddedRuns, openRedis } from "@quitclaim/campaign";
import { type Claimed, check as checkCampaign, checkLines, type Finding, type Identity, problem, remark } from "@quitclaim/cutover";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign } from "../invocation.ts";

export async function check(invocation: Invocation): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const { config, sessions, store } = campaign;
  const { bucket } = config;
  const prove = prover(campaign);
  let redis: Promise<Finding[]> | undefined;
  const checking = checkCampaign(store, {
    owner: claimed(bucket.owner, "bucket owner", bucket.ownerCanonicalId, () => prove(sessions.owner)),
    accounts: config.accounts.map((a) => ({
      ...claimed(a.id, a.name, a.canonicalId, () => prove(sessions.of(a))),
      client: () => campaign.client(sessions.of(a)),
    })),
    region: bucket.region,
    target: (ownerCanonicalId) => ({
      bucket: bucket.name,
      ownerAccountId: bucket.owner,
      ownerCanonicalId: ownerCanonicalId as CanonicalId,
      client: campaign.client(sessions.owner),
      dialect: bucket.dialect,
    }),
    probes: [
      {
        name: "redis",
        run: () => {
          redis = redisProblems(campaign, invocation);
          return redis;
        },
      },
      { name: "store", run: () => storeProblems(campaign) },
    ],
  });
  const result = await invocation.signals.until("drain", checking).finally(
    // A Redis that was started to be looked at is ended before anybody leaves.
    () => redis,
  );
  invocation.output.result(result, checkLines(result));
  return result.ok ? EXIT.done : EXIT.usage;
}

/** Asks STS and S3 who a session is; servers without GetCallerIdentity tell the canonical ID alone. */
export function prover(campaign: Campaign): (session: Session) => Promise<Identity> {
  const { bucket } = campaign.config;
  const s3: S3Target = {
    region: bucket.region,
    forcePathStyle: bucket.forcePathStyle,
    ...(bucket.endpoint === undefined ? {} : { endpoint: bucket.endpoint }),
  };
  const stsEndpoint = bucket.stsEndpoint ?? bucket.endpoint;
  const sts: StsTarget = { region: bucket.region, ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }) };
  return (session) => (bucket.dialect === "rgw" ? proveCanonicalId(session, s3) : proveIdentity(session, { s3, sts }));
}

const claimed = (id: AccountId, name: string, canonicalId: CanonicalId | undefined, prove: Claimed["prove"]): Claimed => ({
  id,
  name,
  prove,
  ...(canonicalId === undefined ? {} : { canonicalId }),
});

async function redisProblems({ config }: Campaign, invocation: Invocation): Promise<Finding[]> {
  try {
    const running = config.redis !== "embedded" || (await embeddedRuns(config.store, config.campaign));
    const redis = await openRedis(
      { redis: config.redis, store: config.store, campaign: config.campaign },
      { info: () => undefined, warn: invocation.output.say },
    );
    await redis.roundTripMs();
    await redis.stop(running ? { server: false } : { server: true });
    if (config.redis !== "embedded" || !config.store.startsWith("s3://")) return [];
    return [
      remark(
        "redis-of-this-machine",
        "The store is in S3, and the embedded Redis is this machine's alone",
        [`store: ${config.store}`, "redis: embedded"],
        "`run` works here. A second machine would find a Redis of its own, empty, and could not join; two engines would do the same work twice.",
        "For more machines, give all of them one `redis: redis://…` or `rediss://…` (docs/machines.md). For this one machine it is right as it is.",
      ),
    ];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "RedisProblem") throw error;
    return [
      problem(
        "redis",
        "Redis cannot be used",
        [error.message],
        "`run` cannot queue any work.",
        "Do what the evidence says, then check again.",
      ),
    ];
  }
}

/** Writes, reads and removes one blob: what `plan` and the workers will do all night. */
async function storeProblems({ store }: Campaign): Promise<Finding[]> {
  const path = `check-${randomUUID()}`;
  try {
    await store.create(path, new TextEncoder().encode("quitclaim"));
    const read = await store.read(path);
    await store.remove(path);
    if (read === undefined) throw new Error(`${path} was written and cannot be read back`);
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [
      problem(
        "store",
        `The campaign store ${store.location} cannot be used`,
        [error.message],
        "Neither plan nor ledger could be kept.",
        "Make the folder or prefix writable for this user.",
      ),
    ];
  }
}
