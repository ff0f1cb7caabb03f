// `quitclaim plan`: reads the inventory report and says what needs what.
import { resolve } from "node:path";
import { readS3Object, type S3Object } from "@quitclaim/aws";
import type { AccountId, CanonicalId } from "@quitclaim/campaign";
import { type ObjectReader, type PlanProgress, plan as planCampaign, planSentence } from "@quitclaim/planner";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign } from "../invocation.ts";
import { narrate } from "../output.ts";
import { prover } from "./check.ts";

export interface PlanFlags {
  readonly manifest?: string;
  readonly ignoreAge: boolean;
}

export async function plan(invocation: Invocation, flags: PlanFlags): Promise<ExitCode> {
  const { output, signals } = invocation;
  const campaign = await openCampaign(invocation);
  const { config, store, sessions } = campaign;
  const prove = prover(campaign);
  let progress: PlanProgress | undefined;
  const narration = narrate(output, () => (progress === undefined ? "reading the manifest…" : progressLine(progress)));
  const summary = await planCampaign({
    config: flags.manifest === undefined ? config : { ...config, inventory: { ...config.inventory, manifest: place(flags.manifest) } },
    store,
    reader: s3Reader(campaign),
    prove: async (account: AccountId) => {
      const session = account === config.bucket.owner ? sessions.owner : sessions.of(campaign.account(account));
      return (await prove(session)).canonicalId as CanonicalId;
    },
    ignoreAge: flags.ignoreAge,
    signal: signals.drain,
    onNote: output.say,
    onProgress: (p) => {
      progress = p;
    },
  }).finally(() => narration.stop());
  output.result(summary, [planSentence(summary), `The plan is in ${store.location}. Next: quitclaim fence, then quitclaim run.`]);
  return EXIT.done;
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
