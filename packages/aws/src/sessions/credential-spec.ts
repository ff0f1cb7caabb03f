// Where an account's credentials come from: what the campaign file says, with secrets already resolved.
import type { Session } from "./session.ts";

export type CredentialSpec = RoleSpec | ProfileSpec | DefaultSpec | KeysSpec;

/** AssumeRole for an hour at a time. */
export interface RoleSpec {
  readonly kind: "role";
  readonly roleArn: string;
  readonly externalId?: string;
  /** What the other account's CloudTrail shows: 2 to 64 of `[\w+=,.@-]`. */
  readonly sessionName: string;
  /** JSON that shrinks the role, at most 2,048 characters. */
  readonly sessionPolicy?: string;
  /** Who assumes the role. A Session may be shared by many roles. */
  readonly base: CredentialSpec | Session;
}
export interface ProfileSpec {
  readonly kind: "profile";
  readonly profile: string;
}
/** The SDK's default chain: environment, SSO, profile, container, instance. */
export interface DefaultSpec {
  readonly kind: "default";
}
export interface KeysSpec {
  readonly kind: "keys";
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** One set of keys, as good until `expiresAt`. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Epoch milliseconds; absent: they do not expire. */
  readonly expiresAt?: number;
  /** Counts up with every refresh of its session, so that a complaint can be told from one about older keys. */
  readonly generation: number;
}

/** A few words for people that name the source and hold no secret. */
export function describeSpec(spec: CredentialSpec): string {
  switch (spec.kind) {
    case "role":
      return `role ${spec.roleArn}`;
    case "profile":
      return `profile "${spec.profile}"`;
    case "default":
      return "the default AWS credentials of this machine";
    case "keys":
      return `access key ${spec.accessKeyId}`;
  }
}
