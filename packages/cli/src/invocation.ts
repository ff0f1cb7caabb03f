// What every command starts from: its flags, the signals, and the campaign that the file names, opened.
import { openS3Blobs, type S3Target, type Session, s3Client } from "@quitclaim/aws";
import {
  type AccountConfig,
  type CampaignConfig,
  type CampaignStore,
  loadConfig,
  openLocalStore,
  type PlanSummary,
  readJson,
} from "@quitclaim/campaign";
import { openSessions, type Sessions } from "./credentials.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Output } from "./output.ts";
import { s3Store } from "./s3-store.ts";
import type { Signals } from "./signals.ts";

export interface Invocation {
  readonly configFile: string;
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly signals: Signals;
}

export type S3 = ReturnType<typeof s3Client>;

/** A campaign, opened as far as nothing is sent to anybody yet. */
export interface Campaign {
  readonly config: CampaignConfig;
  readonly store: CampaignStore;
  readonly sessions: Sessions;
  /** Where the bucket's requests go. */
  readonly s3: S3Target;
  /** A control-plane client that signs with this session. */
  client(session: Session): S3;
  account(id: string): AccountConfig;
}

export async function openCampaign(invocation: Invocation): Promise<Campaign> {
  const config = loadConfig(invocation.configFile, invocation.env);
  const sessions = openSessions(config, invocation.env);
  const { bucket } = config;
  const s3: S3Target = {
    region: bucket.region,
    forcePathStyle: bucket.forcePathStyle,
    ...(bucket.endpoint === undefined ? {} : { endpoint: bucket.endpoint }),
  };
  const client = (session: Session): S3 => s3Client(session, s3);
  const store = config.store.startsWith("s3://")
    ? s3Store(openS3Blobs(client(sessions.owner), config.store))
    : await openLocalStore(config.store);
  return {
    config,
    store,
    sessions,
    s3,
    client,
    account(id) {
      const account = config.accounts.find((a) => a.id === id || a.name === id);
      if (account === undefined) {
        throw new CommandError(
          EXIT.usage,
          `${id} is none of this campaign's accounts: ${config.accounts.map((a) => `${a.id} (${a.name})`).join(", ")}`,
        );
      }
      return account;
    },
  };
}

/** The plan that everything after `plan` stands on. */
export async function readPlan(campaign: Campaign): Promise<PlanSummary> {
  const plan = await readJson<PlanSummary>(campaign.store, "plan/plan.json");
  if (plan === undefined) {
    throw new CommandError(
      EXIT.usage,
      `there is no plan in ${campaign.store.location} yet. First: quitclaim plan --config ${campaign.config.file}`,
    );
  }
  return plan;
}
