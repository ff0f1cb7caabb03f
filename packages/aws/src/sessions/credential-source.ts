// Fetching credentials once, from wherever a spec says; what a failure means is said here, in a sentence for the operator.
import { fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { StsTarget } from "../target.ts";
import { assumeRole } from "./assume-role.ts";
import type { CredentialSpec, Credentials } from "./credential-spec.ts";
import { openSession } from "./session.ts";
import { SessionError } from "./session-error.ts";

export type RawCredentials = Omit<Credentials, "generation">;

export interface CredentialSource {
  /** Another fetch can give other credentials. */
  readonly renewable: boolean;
  /** What to do when these credentials no longer work. */
  readonly advice: string;
  /** Throws SessionError. */
  fetch(): Promise<RawCredentials>;
}

export function credentialSource(spec: CredentialSpec, sts: StsTarget): CredentialSource {
  switch (spec.kind) {
    case "keys": {
      const { kind: _, ...keys } = spec;
      return { renewable: false, advice: "Set new keys in the environment and run the same command again.", fetch: async () => keys };
    }
    case "profile":
      return fromProvider(
        `profile "${spec.profile}"`,
        `Look at this profile in ~/.aws/config, sign in again if it uses SSO (aws sso login --profile ${spec.profile}), and try: aws sts get-caller-identity --profile ${spec.profile}`,
        () => fromIni({ profile: spec.profile, ignoreCache: true, clientConfig: { region: sts.region } })(),
      );
    case "default":
      return fromProvider(
        "the default credential chain",
        "Set AWS_PROFILE or keys in the environment, or give the machine a role, and try: aws sts get-caller-identity",
        () => fromNodeProviderChain({ clientConfig: { region: sts.region } })(),
      );
    case "role": {
      const base = "kind" in spec.base ? openSession(spec.base, sts) : spec.base;
      return {
        renewable: true,
        advice: "Check this machine's clock.",
        fetch: () => assumeRole(spec, base, sts),
      };
    }
  }
}

interface ProvidedIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A provider is made anew for each fetch, since the SDK's own remember what they gave. */
function fromProvider(what: string, advice: string, provide: () => Promise<ProvidedIdentity>): CredentialSource {
  return {
    renewable: true,
    advice,
    async fetch() {
      let identity: ProvidedIdentity;
      try {
        identity = await provide();
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        throw new SessionError("no-credentials", `No AWS credentials from ${what}: ${said}. ${advice}`, { cause: error });
      }
      return {
        accessKeyId: identity.accessKeyId,
        secretAccessKey: identity.secretAccessKey,
        ...(identity.sessionToken === undefined ? {} : { sessionToken: identity.sessionToken }),
        ...(identity.expiration === undefined ? {} : { expiresAt: identity.expiration.getTime() }),
      };
    },
  };
}
