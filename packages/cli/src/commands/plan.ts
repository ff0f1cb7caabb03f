// `quitclaim plan`: reads the inventory report and says what needs what; with --explain, what it would do with one object and why.
import { resolve } from "node:path";
import { readS3Object, type S3Object } from "@quitclaim/aws";
import type { AccountId, CampaignConfig, CanonicalId } from "@quitclaim/campaign";
import { readVersioning } from "@quitclaim/cutover";
import {
  explain,
  explainSentence,
  keepHeapSmall,
  type ObjectReader,
  PlanError,
  type PlanProgress,
  plan as planCampaign,
  planSentence,
} from "@quitclaim/planner";
import { runningEngine } from "../engine/lease.ts";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign } from "../invocation.ts";
import { narrate } from "../output.ts";
import { Interrupted } from "../signals.ts";
import { openTarget } from "../target.ts";
import { prover } from "./check.ts";

export interface PlanFlags {
  readonly manifest?: string;
  readonly ignoreAge: boolean;
  readonly currentOnly: boolean;
  readonly holdUnreadableAcls: boolean;
  /** Only say what would be done with this key. */
  readonly explain?: string;
  readonly versionId?: string;
}

export async function plan(invocation: Invocation, flags: PlanFlags): Promise<ExitCode> {
  keepHeapSmall();
  const { output, signals } = invocation;
  const campaign = await openCampaign(invocation);
  const { config, store, sessions } = campaign;
  const key = flags.explain;
  if (flags.versionId !== undefined && key === undefined)
    throw new CommandError(EXIT.usage, "--version-id says which version to explain; name its key with --explain.");
  if (flags.versionId === "") throw new CommandError(EXIT.usage, "--version-id was given no version: the null version is called null.");
  if (key === "") throw new CommandError(EXIT.usage, "--explain was given no key: no object has an empty one.");
  if (key === undefined) {
    await assertNobodyWorks(config);
    signals.announce("stopping; what was planned so far is no plan, the same command begins again. Once more to leave at once.");
  } else signals.announce("stopping.");
  const prove = prover(campaign);
  let progress: PlanProgress | undefined;
  const narration = narrate(output, () => (progress === undefined ? "reading the manifest…" : progressLine(progress)));
  const asked = {
    config: flags.manifest === undefined ? config : { ...config, inventory: { ...config.inventory, manifest: place(flags.manifest) } },
    reader: s3Reader(campaign),
    prove: async (account: AccountId) => {
      const session = account === config.bucket.owner ? sessions.owner : sessions.of(campaign.account(account));
      return (await prove(session)).canonicalId as CanonicalId;
    },
    signal: signals.drain,
    onProgress: (p: PlanProgress) => {
      progress = p;
    },
  };
  const watched = <T>(work: Promise<T>): Promise<T> =>
    signals
      .until("leaveNow", work)
      .catch((error: unknown) => {
        // A server that was asked may still hold its answer back.
        if (error instanceof PlanError && error.code === "aborted") throw new Interrupted(error.message, { cause: error });
        throw error;
      })
      .finally(() => narration.stop());
  if (key !== undefined) {
    const explanation = await watched(explain({ ...asked, key, versionId: flags.versionId }));
    output.result(explanation, [explainSentence(explanation)]);
    return EXIT.done;
  }
  const summary = await watched(
    planCampaign({
      ...asked,
      store,
      ignoreAge: flags.ignoreAge,
      currentOnly: flags.currentOnly,
      holdUnreadableAcls: flags.holdUnreadableAcls,
      versioning: async () => readVersioning(await openTarget(campaign)),
      onNote: output.say,
    }),
  );
  output.result(summary, [planSentence(summary), `The plan is in ${store.location}. Next: quitclaim fence, then quitclaim run.`]);
  return EXIT.done;
}

/** Before the first result, the plan alone says what the workers are about: it must not change under them. */
async function assertNobodyWorks(config: CampaignConfig): Promise<void> {
  let holder: Awaited<ReturnType<typeof runningEngine>>;
  try {
    holder = await runningEngine(config);
  } catch (error) {
    // Workers of a Redis that cannot be reached stand still; and planning needs none.
    if (!(error instanceof Error) || error.name !== "RedisProblem") throw error;
    return;
  }
  if (holder !== undefined)
    throw new CommandError(
      EXIT.usage,
      `campaign ${config.campaign} is running on the present plan (process ${holder.pid} on ${holder.host}). Let it finish, or stop it with Ctrl-C, before you plan again.`,
    );
}

const place = (manifest: string): string => (manifest.startsWith("s3://") ? manifest : resolve(manifest));

const progressLine = (p: PlanProgress): string =>
  `${p.rows.toLocaleString("en")} rows, ${p.filesDone} of ${p.files} files, ${p.bytes === 0 ? 100 : Math.floor((100 * p.bytesDone) / p.bytes)} % of the report read`;

/** Reports in S3 are read as the bucket owner. */
function s3Reader(campaign: Campaign): ObjectReader {
  const client = campaign.client(campaign.sessions.owner);
  const objects = new Map<string, S3Object>();
  const open = (url: string): S3Object => {
    const object = objects.get(url) ?? readS3Object(client, url);
    objects.set(url, object);
    return object;
  };
  return {
    read: (url) => open(url).stream(),
    async size(url) {
      try {
        return await open(url).size();
      } catch (error) {
        if (error instanceof Error && "code" in error && /^(NoSuchKey|NotFound|Http404)$/.test(String(error.code))) return undefined;
        throw error;
      }
    },
    readRange: (url, start, end) => open(url).range(start, end),
  };
}
