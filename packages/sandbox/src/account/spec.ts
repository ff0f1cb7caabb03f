/** What the sandbox knows about an account: its two ids, its keys, its roles and its KMS keys. */
import type { PolicyDocument } from "../iam/document.ts";
import type { IdentityPolicies } from "./principal.ts";

/** A role that AssumeRole hands sessions of. */
export interface RoleSpec {
  readonly name: string;
  readonly arn: string;
  /** Who may assume it; changeable while the sandbox runs. */
  trust: PolicyDocument;
  /** The external ID the trust policy asks for; told in the ready line so that a client can be set up. */
  readonly externalId?: string;
  policies: IdentityPolicies;
  /** 3,600 to 43,200. */
  readonly maxSessionSeconds: number;
}

/** A KMS key. `managed` means the account's own `aws/s3` key, which can never be shared. */
export interface KmsKeySpec {
  readonly arn: string;
  readonly managed: boolean;
  /** Account ids that the key policy allows beside the key's own account. */
  readonly policyAllows: string[];
}

/** One more long-lived key of an account, of a user that may be limited. */
export interface UserKeySpec {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userName: string;
  readonly policies: IdentityPolicies;
}

export interface AccountSpec {
  /** 12 digits. */
  readonly accountId: string;
  /** 64 hex digits. */
  readonly canonicalId: string;
  readonly name: string;
  /** Key of the account's user `admin`, who may do everything in the account. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roles: RoleSpec[];
  readonly kmsKeys: KmsKeySpec[];
  readonly furtherKeys?: readonly UserKeySpec[];
}
