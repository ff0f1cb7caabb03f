// Fetching credentials once, from wherever a spec says; what a failure means is said here, in a sentence for the operator.
//
// A profile and the default chain ask programs and endpoints (a credential process, SSO, a container's or an instance's) that may blink: a source
// is tried a few times before it is said to be none, and one that gave credentials before is out of reach for minutes before it is said so.
import { setTimeout as sleep } from "node:timers/promises";
import { fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { provider_patience_ms, provider_retry_ms, provider_tries_max } from "../limits.ts";
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

/** `now` is in epoch ms, and there for tests. */
export function credentialSource(spec: CredentialSpec, sts: StsTarget, now: () => number = Date.now): CredentialSource {
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
        now,
      );
    case "default":
      return fromProvider(
        "the default credential chain",
        "Set AWS_PROFILE or keys in the environment, or give the machine a role, and try: aws sts get-caller-identity",
        () => fromNodeProviderChain({ clientConfig: { region: sts.region } })(),
        now,
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

/** Nobody but a person can sign in again. */
const SIGNED_OUT = /aws (sso )?login/;

/** A provider is made anew for each fetch, since the SDK's own remember what they gave. */
function fromProvider(what: string, advice: string, provide: () => Promise<ProvidedIdentity>, now: () => number): CredentialSource {
  let everGave = false;
  /** Epoch ms of the first failure since it last gave any. */
  let failsSince: number | undefined;

  function failure(error: unknown): SessionError {
    const said = error instanceof Error ? error.message : String(error);
    failsSince ??= now();
    const blinks = everGave && now() - failsSince < provider_patience_ms && !SIGNED_OUT.test(said);
    return blinks
      ? new SessionError("network", `No AWS credentials from ${what} for the moment: ${said}. It gave some before, so it is tried again.`, {
          cause: error,
        })
      : new SessionError("no-credentials", `No AWS credentials from ${what}: ${said}. ${advice}`, { cause: error });
  }

  async function patiently(): Promise<ProvidedIdentity> {
    for (let tries = 1; ; tries++) {
      try {
        return await provide();
      } catch (error) {
        if (tries >= provider_tries_max) throw failure(error);
        await sleep(provider_retry_ms * tries);
      }
    }
  }

  return {
    renewable: true,
    advice,
    async fetch() {
      const identity = await patiently();
      everGave = true;
      failsSince = undefined;
      return {
        accessKeyId: identity.accessKeyId,
        secretAccessKey: identity.secretAccessKey,
        ...(identity.sessionToken === undefined ? {} : { sessionToken: identity.sessionToken }),
        ...(identity.expiration === undefined ? {} : { expiresAt: identity.expiration.getTime() }),
      };
    },
  };
}
