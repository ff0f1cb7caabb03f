/**
 * KMS keys as far as S3 needs them: each belongs to an account; a customer managed key can be shared by its policy, an AWS
 * managed key (`aws/s3`) never. An account without a managed key in the book gets one on first use, always the same.
 */
import { hash } from "node:crypto";
import type { AccountBook } from "../account/book.ts";
import type { Principal } from "../account/principal.ts";
import { S3Error } from "../http/s3-error.ts";
import type { IdentityDecision } from "../identity-verdict.ts";

export interface KmsKey {
  readonly arn: string;
  readonly accountId: string;
  /** The account's `aws/s3` key. */
  readonly managed: boolean;
  /** Other accounts its policy lets in. */
  readonly policyAllows: readonly string[];
}

const arnPattern = /^arn:aws[a-z-]*:kms:[a-z0-9-]*:(\d{12}):(?:key\/(.+)|alias\/(.+))$/;

export class KeyRing {
  readonly #book: AccountBook;
  readonly #region: string;

  constructor(book: AccountBook, region: string) {
    this.#book = book;
    this.#region = region;
  }

  /** The account's `aws/s3` key. */
  managedKeyOf(accountId: string): KmsKey {
    const listed = this.#listed(accountId).find((key) => key.managed);
    return listed ?? { arn: this.#managedArn(accountId), accountId, managed: true, policyAllows: [] };
  }

  /** A key by ARN, or by id or alias within `accountId` (the requester's). 400 KMS.NotFoundException when there is none. */
  resolve(reference: string, accountId: string): KmsKey {
    const match = arnPattern.exec(reference);
    const holder = match?.[1] ?? accountId;
    const name = match === null ? reference : reference.slice(reference.lastIndexOf(":") + 1);
    if (name === "alias/aws/s3") return this.managedKeyOf(holder);
    const id = name.startsWith("key/") ? name.slice(4) : name;
    const key = this.#listed(holder).find((one) => one.arn.endsWith(`:key/${id}`));
    if (key !== undefined) return key;
    if (this.#managedArn(holder).endsWith(`:key/${id}`)) return this.managedKeyOf(holder);
    throw new S3Error(
      400,
      "KMS.NotFoundException",
      `Key '${match === null ? `arn:aws:kms:${this.#region}:${holder}:key/${id}` : reference}' does not exist`,
    );
  }

  /**
   * Whether a principal may use a key: its own account's, or one whose policy names the account; and (customer managed keys)
   * its identity policies allow the action. Throws S3's AccessDenied otherwise; an anonymous sender gets S3's InvalidArgument.
   */
  demand(principal: Principal, keyArn: string, action: string, identity: (action: string, resource: string) => IdentityDecision): void {
    if (principal.kind === "anonymous") {
      throw new S3Error(
        400,
        "InvalidArgument",
        "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
        { details: { ArgumentName: "Authorization", ArgumentValue: "null" } },
      );
    }
    const key = this.resolve(keyArn, principal.accountId);
    const letIn = key.accountId === principal.accountId || (!key.managed && key.policyAllows.includes(principal.accountId));
    if (!letIn) throw refused(principal.arn, action, key, principal.accountId);
    if (key.managed) return;
    const decision = identity(action, key.arn);
    if (decision.effect !== "allow") {
      throw new S3Error(
        403,
        "AccessDenied",
        `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${key.arn} ${decision.reason}`,
      );
    }
  }

  #listed(accountId: string): KmsKey[] {
    return (this.#book.byAccountId(accountId)?.kmsKeys ?? []).map((key) => ({ ...key, accountId }));
  }

  #managedArn(accountId: string): string {
    const hex = hash("md5", `aws/s3:${accountId}`, "hex");
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    return `arn:aws:kms:${this.#region}:${accountId}:key/${id}`;
  }
}

/** AWS does not tell other accounts whether a key exists. */
function refused(arn: string, action: string, key: KmsKey, accountId: string): S3Error {
  const why =
    key.accountId === accountId
      ? "because no resource-based policy allows the action"
      : "on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access";
  return new S3Error(403, "AccessDenied", `User: ${arn} is not authorized to perform: ${action} ${why}`);
}
