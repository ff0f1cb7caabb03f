// A sandbox with a bucket that others upload into, a campaign store in a folder of its own, and the means to write plans and ledgers by hand.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  type ObjectCannedACL,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { accountId, type CampaignStore, canonicalId, openLocalStore } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import type { Target } from "../../src/index.ts";

export interface Scene {
  readonly sandbox: Sandbox;
  readonly owner: AccountSpec;
  readonly uploaders: readonly [AccountSpec, AccountSpec];
  readonly outsider: AccountSpec;
  readonly as: (account: AccountSpec) => S3Client;
  /** A new bucket of the owner's, as they were before April 2023: no ownership controls, no public access block. Uploaders may write. */
  readonly bucket: (options?: { versioned?: boolean }) => Promise<Place>;
  readonly close: () => Promise<void>;
}

export interface Place {
  readonly name: string;
  readonly target: Target;
  readonly store: CampaignStore;
  /** The policy that lets the uploaders in, as S3 gives it back. */
  readonly policy: string;
}

export async function openScene(): Promise<Scene> {
  const sandbox = await startSandbox({ accounts: 4, seed: 11, bucketDefaults: "legacy" });
  const [owner, first, second, outsider] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec, AccountSpec];
  const clients = new Map<string, S3Client>();
  const folders: string[] = [];
  let buckets = 0;
  const as = (account: AccountSpec): S3Client => {
    const known = clients.get(account.accountId) ?? clientOf(sandbox, account);
    clients.set(account.accountId, known);
    return known;
  };
  return {
    sandbox,
    owner,
    uploaders: [first, second],
    outsider,
    as,
    async bucket({ versioned = false } = {}) {
      const name = `lake-${++buckets}`;
      const client = as(owner);
      await client.send(new CreateBucketCommand({ Bucket: name }));
      if (versioned) await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: "Enabled" } }));
      await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy: uploadPolicy(name, [first, second]) }));
      const folder = await mkdtemp(join(tmpdir(), "quitclaim-cutover-"));
      folders.push(folder);
      return {
        name,
        store: await openLocalStore(folder),
        policy: (await client.send(new GetBucketPolicyCommand({ Bucket: name }))).Policy ?? "",
        target: {
          bucket: name,
          ownerAccountId: accountId(owner.accountId),
          ownerCanonicalId: canonicalId(owner.canonicalId),
          client,
          dialect: "aws",
        },
      };
    },
    async close() {
      for (const client of clients.values()) client.destroy();
      await sandbox.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With spaces and an Id, so that "to the byte" means something. */
export const uploadPolicy = (bucket: string, accounts: readonly AccountSpec[]): string =>
  JSON.stringify(
    {
      Version: "2012-10-17",
      Id: "uploads",
      Statement: [
        {
          Sid: "AllowUploads",
          Effect: "Allow",
          Principal: { AWS: accounts.map((a) => `arn:aws:iam::${a.accountId}:root`) },
          Action: ["s3:PutObject", "s3:PutObjectAcl"],
          Resource: `arn:aws:s3:::${bucket}/*`,
        },
      ],
    },
    null,
    1,
  );

export function clientOf(sandbox: Sandbox, account: Pick<AccountSpec, "accessKeyId" | "secretAccessKey">): S3Client {
  return new S3Client({
    endpoint: sandbox.endpoint,
    region: sandbox.region,
    forcePathStyle: true,
    credentials: { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey },
    maxAttempts: 2,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

/** The new version's ID; "null" where the bucket has no versions. */
export async function put(client: S3Client, bucket: string, key: string, acl?: ObjectCannedACL, more: object = {}): Promise<string> {
  const answer = await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: Buffer.from(`content of ${key}`),
      ...(acl === undefined ? {} : { ACL: acl }),
      ...more,
    }),
  );
  return answer.VersionId ?? "null";
}

/** What a rollback has to bring back, read past our own code. */
export async function stateOf(client: S3Client, bucket: string): Promise<{ ownership: string; policy: string | undefined; acl: string }> {
  const absent = (error: unknown): undefined => {
    if (error instanceof Error && /^(OwnershipControlsNotFoundError|NoSuchBucketPolicy)$/.test(error.name)) return undefined;
    throw error;
  };
  const [controls, policy, acl] = await Promise.all([
    client.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket })).catch(absent),
    client.send(new GetBucketPolicyCommand({ Bucket: bucket })).catch(absent),
    client.send(new GetBucketAclCommand({ Bucket: bucket })),
  ]);
  return {
    ownership: controls?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "absent",
    policy: policy?.Policy,
    acl: JSON.stringify([acl.Owner?.ID, acl.Grants]),
  };
}

/** The name of the error that a call ends with; "ok" where it ends without one. */
export const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "ok",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
