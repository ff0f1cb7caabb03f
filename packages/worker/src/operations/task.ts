// What an operation on one object has at hand.
import type { ObjectAddress } from "@quitclaim/aws";
import type { CanonicalId, ContextRule, PlanRow } from "@quitclaim/campaign";
import type { Call, Sent } from "../retry/send.ts";
import type { PublicAccessReader } from "./public-access.ts";

/** Brings one request to an answer under one signer (retry/send.ts). */
export type Send = <T>(call: Call<T>, repeat?: "idempotent" | "never") => Promise<Sent<T>>;

export interface Surroundings {
  readonly bucket: string;
  readonly bucketOwner: CanonicalId;
  /** Account number of the bucket owner, to tell own KMS keys from foreign ones. */
  readonly bucketOwnerAccount: string;
  readonly dialect: "aws" | "rgw";
  /** ARN of the bucket owner's key for `copy` and `reencrypt`, where the campaign names one. */
  readonly kmsKey?: string;
  /** As the campaign states them; absent: it does not say whether contexts are in use. */
  readonly encryptionContext?: readonly ContextRule[];
  /** Epoch ms of the inventory report: an object that is not older is looked at before its ACL is replaced. NaN: not known. */
  readonly reportCreated: number;
  /** The campaign gives up the grants of others. */
  readonly dropsOthers: boolean;
  readonly publicAccess: Pick<PublicAccessReader, "read">;
  /** A copy that stands in for a refused `reencrypt` goes under `kmsKey` whatever the original lay under. */
  readonly rekey?: boolean;
}

export interface Task extends Surroundings {
  readonly row: PlanRow;
  /** The uploading account, which owns the object. */
  readonly uploader: Send;
  /** The bucket owner. */
  readonly owner: Send;
}

/** The object version that the row names: by version wherever the report has one, "null" included (domain.md 1.5). */
export function address(task: Pick<Task, "bucket" | "row">): ObjectAddress {
  const { key, versionId } = task.row;
  return versionId === null ? { bucket: task.bucket, key } : { bucket: task.bucket, key, versionId };
}
