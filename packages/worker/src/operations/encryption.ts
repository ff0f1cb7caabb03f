// Under which key a copy is written, and whether it was: never under a key of a foreign account (domain.md 0.7). Pure.
import type { CopyRequest, HeadFacts } from "@quitclaim/aws";

type Encryption = NonNullable<CopyRequest["encryption"]>;

/** The account that a KMS key ARN names; undefined for a bare ID or an alias, which S3 never reports. */
export const keyAccount = (arn: string): string | undefined => /^arn:[^:]+:kms:[^:]*:(\d{12}):/.exec(arn)?.[1];

/**
 * As before where that is possible: SSE-S3 stays SSE-S3, a key of the bucket owner stays. A foreign key is replaced by the campaign's
 * key, or by the bucket's default (undefined: no header is sent). An object that was never encrypted gets the bucket's default.
 */
export function copyEncryption(
  head: Pick<HeadFacts, "encryption">,
  bucketOwnerAccount: string,
  kmsKey: string | undefined,
): Encryption | undefined {
  const before = head.encryption;
  if (before === undefined) return undefined;
  if (before.algorithm === "AES256") return { algorithm: "AES256" };
  const { algorithm, bucketKey } = before;
  if (before.kmsKeyId !== undefined && keyAccount(before.kmsKeyId) === bucketOwnerAccount)
    return { algorithm, kmsKeyId: before.kmsKeyId, bucketKey };
  return kmsKey === undefined ? undefined : { algorithm, kmsKeyId: kmsKey, bucketKey };
}

/** undefined where the copy is encrypted as it was asked to be; otherwise the difference, for a person. */
export function encryptionDifference(
  asked: Encryption | undefined,
  after: HeadFacts["encryption"],
  bucketOwnerAccount: string,
): string | undefined {
  if (asked === undefined) {
    const foreign = after?.kmsKeyId === undefined ? undefined : keyAccount(after.kmsKeyId);
    return foreign === undefined || foreign === bucketOwnerAccount ? undefined : `encryption: still under a key of account ${foreign}`;
  }
  const was = `${asked.algorithm}${asked.kmsKeyId === undefined ? "" : ` ${asked.kmsKeyId}`}`;
  const is = after === undefined ? "none" : `${after.algorithm}${after.kmsKeyId === undefined ? "" : ` ${after.kmsKeyId}`}`;
  if (was !== is) return `encryption: ${was} was asked for, ${is} is there`;
  if (asked.bucketKey !== undefined && asked.bucketKey !== after?.bucketKey)
    return `bucket key: ${onOff(asked.bucketKey)} was asked for, ${onOff(after?.bucketKey === true)} is there`;
  return undefined;
}

const onOff = (on: boolean): string => (on ? "on" : "off");
