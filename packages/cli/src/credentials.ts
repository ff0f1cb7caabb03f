// From what the campaign file says about credentials to sessions that the rooms can sign with.
import { type CredentialSpec, openSession, type Session, type StsTarget, sessionPolicy } from "@quitclaim/aws";
import { type AccountConfig, type AccountId, type CampaignConfig, type CredentialSource, partitionOf } from "@quitclaim/campaign";
import { CommandError, EXIT } from "./exit.ts";

export interface Sessions {
  /** The bucket owner's. */
  readonly owner: Session;
  /** An uploading account's, shrunk to this bucket where it is an assumed role. */
  of(account: AccountConfig): Session;
}

export function openSessions(config: CampaignConfig, env: NodeJS.ProcessEnv): Sessions {
  const { bucket } = config;
  const stsEndpoint = bucket.stsEndpoint ?? bucket.endpoint;
  const sts: StsTarget = { region: bucket.region, ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }) };
  const machine = openSession({ kind: "default" }, sts);
  const owner = openSession(spec(bucket.credentials, machine, config, env, undefined), sts);
  // Roles of other accounts trust the bucket owner's account, so its own credentials assume them; a role assuming a role would be chaining.
  const base = bucket.credentials.kind === "role" ? machine : owner;
  const sessions = new Map<AccountId, Session>();
  return {
    owner,
    of(account) {
      const known = sessions.get(account.id);
      if (known !== undefined) return known;
      const session = openSession(
        spec(account.credentials, base, config, env, sessionPolicy(bucket.name, undefined, partitionOf(bucket.region))),
        sts,
      );
      sessions.set(account.id, session);
      return session;
    },
  };
}

function spec(
  source: CredentialSource,
  base: Session,
  config: CampaignConfig,
  env: NodeJS.ProcessEnv,
  policy: string | undefined,
): CredentialSpec {
  switch (source.kind) {
    case "default":
      return { kind: "default" };
    case "profile":
      return { kind: "profile", profile: source.profile };
    case "role":
      return {
        kind: "role",
        roleArn: source.roleArn,
        base,
        sessionName: `quitclaim-${config.campaign}`.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64),
        ...(source.externalId === undefined ? {} : { externalId: source.externalId }),
        ...(policy === undefined ? {} : { sessionPolicy: policy }),
      };
    case "keys": {
      const sessionToken = source.sessionTokenEnv === undefined ? undefined : fromEnv(env, source.sessionTokenEnv);
      return {
        kind: "keys",
        accessKeyId: fromEnv(env, source.accessKeyIdEnv),
        secretAccessKey: fromEnv(env, source.secretAccessKeyEnv),
        ...(sessionToken === undefined ? {} : { sessionToken }),
      };
    }
  }
}

function fromEnv(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw new CommandError(
      EXIT.usage,
      `the environment variable ${name}, which the campaign file refers to, is not set. Set it and run this again.`,
    );
  return value;
}
