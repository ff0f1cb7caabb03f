/** How the sandbox describes itself and its accounts: in the ready line, to `GET /_sandbox/accounts`, and to callers in process. */
import type { AccountSpec } from "../account/spec.ts";

/** An account with everything a client needs to act in it. */
export interface AccountDescription {
  readonly accountId: string;
  readonly canonicalId: string;
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roles: readonly { readonly arn: string; readonly externalId?: string }[];
  readonly kmsKeys: readonly { readonly arn: string; readonly managed: boolean }[];
}

/** Where reports lie, `s3://bucket/…/manifest.json`, by format. */
export interface Manifests {
  csv?: string;
  parquet?: string;
}

export function describeAccount(account: AccountSpec): AccountDescription {
  const { accountId, canonicalId, name, accessKeyId, secretAccessKey } = account;
  return {
    accountId,
    canonicalId,
    name,
    accessKeyId,
    secretAccessKey,
    roles: account.roles.map(({ arn, externalId }) => (externalId === undefined ? { arn } : { arn, externalId })),
    kmsKeys: account.kmsKeys.map(({ arn, managed }) => ({ arn, managed })),
  };
}
