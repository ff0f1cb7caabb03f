// A bucket of the sandbox with objects that other accounts uploaded and own, and the plan rows that describe them.
import {
  CreateBucketCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { type CanonicalId, formatGrants, type Grant, type ObjectKey, type Op, type PlanRow, type VersionId } from "@quitclaim/campaign";
import type { AccountSpec, Sandbox } from "@quitclaim/sandbox";

export type Mode = "BucketOwnerPreferred" | "ObjectWriter" | "BucketOwnerEnforced";

export function clientOf(sandbox: Sandbox, account: AccountSpec): S3Client {
  return new S3Client({
    region: sandbox.region,
    endpoint: sandbox.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey },
  });
}

export interface BucketChoice {
  readonly versioning?: "Enabled" | "Suspended";
  readonly lock?: boolean;
}

let named = 0;
/** A bucket's name that nobody else has: a test that is tried again finds nothing of its first try. */
export const nameFor = (what: string): string => `${what}-${++named}`;

/** Open to every account of the sandbox, in mode ObjectWriter, so that what they upload stays theirs. */
export async function makeBucket(sandbox: Sandbox, name: string, choice: BucketChoice = {}): Promise<void> {
  const s3 = clientOf(sandbox, owner(sandbox));
  await s3.send(
    new CreateBucketCommand({ Bucket: name, ObjectOwnership: "ObjectWriter", ObjectLockEnabledForBucket: choice.lock === true }),
  );
  if (choice.versioning !== undefined)
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: choice.versioning } }));
  const principals = sandbox.accounts.map((a) => `arn:aws:iam::${a.accountId}:root`);
  const statement = {
    Effect: "Allow",
    Principal: { AWS: principals },
    Action: "s3:*",
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
  };
  await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) }));
  s3.destroy();
}

export async function setMode(sandbox: Sandbox, bucket: string, mode: Mode): Promise<void> {
  const s3 = clientOf(sandbox, owner(sandbox));
  await s3.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: { Rules: [{ ObjectOwnership: mode }] } }));
  s3.destroy();
}

export const owner = (sandbox: Sandbox): AccountSpec => sandbox.accounts[0] as AccountSpec;

export interface Planned {
  readonly op?: Op;
  readonly grants?: readonly Grant[];
  readonly formerAcl?: "known" | "unknown";
}

/** Uploads one object over HTTP as this account; its plan row. */
export async function upload(
  sandbox: Sandbox,
  account: AccountSpec,
  input: PutObjectCommandInput & { Bucket: string; Key: string },
  planned: Planned = {},
): Promise<PlanRow> {
  const s3 = clientOf(sandbox, account);
  const put = await s3.send(new PutObjectCommand({ Body: input.Key, ...input }));
  s3.destroy();
  return rowOf(sandbox, input.Bucket, input.Key, put.VersionId, planned);
}

/** `count` more objects like one that was uploaded, put straight into the sandbox's store; their plan rows. */
export function multiply(sandbox: Sandbox, bucket: string, like: string, count: number, planned: Planned = {}): PlanRow[] {
  const found = sandbox.store.bucket(bucket);
  const original = found?.find(like, undefined);
  if (found === undefined || original === undefined) throw new Error(`there is no ${bucket}/${like}`);
  const Version = original.constructor as new (fields: object) => NonNullable<typeof original>;
  return Array.from({ length: count }, (_, i) => {
    const key = `${like}-${String(i).padStart(6, "0")}`;
    found.insert(new Version({ ...original, key, versionId: sandbox.store.versionIdFor(found) }));
    return rowOf(sandbox, bucket, key, undefined, planned);
  });
}

/**
 * Makes an uploaded object one of many gigabytes: virtual bytes, which cost no memory, in parts of these sizes as a multipart upload
 * leaves them; one size only: not in parts. Its plan row.
 */
export function enlarge(sandbox: Sandbox, bucket: string, key: string, sizes: readonly number[], planned: Planned = {}): PlanRow {
  const found = sandbox.store.bucket(bucket);
  const small = found?.find(key, undefined);
  if (found === undefined || small === undefined) throw new Error(`there is no ${bucket}/${key}`);
  const size = sizes.reduce((a, b) => a + b, 0);
  const Version = small.constructor as new (fields: object) => NonNullable<typeof small>;
  const parts = sizes.length > 1 ? { parts: sizes.map((one, i) => ({ number: i + 1, size: one })) } : {};
  const etag = sizes.length > 1 ? `${small.etag}-${sizes.length}` : small.etag;
  found.remove(key, small.versionId);
  found.insert(
    // The sandbox computes no checksums over gigabytes, so it has none either.
    new Version({
      ...small,
      content: { kind: "virtual", size, seed: key },
      etag,
      checksum: undefined,
      lastModified: small.lastModified - 86_400_000,
      ...parts,
    }),
  );
  return rowOf(sandbox, bucket, key, undefined, planned);
}

/** The plan row of an object version as the sandbox has it; the current one where no version is given. */
export function rowOf(sandbox: Sandbox, bucket: string, key: string, versionId: string | undefined, planned: Planned = {}): PlanRow {
  const found = sandbox.store.bucket(bucket);
  const version = found?.find(key, versionId);
  if (found === undefined || version === undefined) throw new Error(`there is no ${bucket}/${key}`);
  const latest = found.find(key, undefined) === version;
  const former: Grant[] = [{ id: version.owner as CanonicalId, permission: "FULL_CONTROL" }];
  return {
    key: key as ObjectKey,
    versionId: found.versioning === undefined ? null : (version.versionId as VersionId),
    isLatest: latest,
    size: version.size,
    etag: version.etag,
    lastModified: version.lastModified,
    storageClass: version.storageClass,
    encryption: version.encryption.kind,
    owner: version.owner as CanonicalId,
    op: planned.op ?? "acl",
    grants: planned.grants === undefined ? null : formatGrants(planned.grants),
    formerAcl: planned.formerAcl === "unknown" ? null : formatGrants(planned.grants ?? former),
  };
}
