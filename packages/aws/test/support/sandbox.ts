// A sandbox with one legacy bucket and the sessions of its accounts, for tests that want S3's own answers.
import { CreateBucketCommand, PutBucketPolicyCommand, PutBucketVersioningCommand, type S3Client } from "@aws-sdk/client-s3";
import { type Sandbox, type SandboxOptions, startSandbox } from "@quitclaim/sandbox";
import { openSession, type S3Target, type Session, s3Client } from "../../src/index.ts";

export interface World {
  readonly sandbox: Sandbox;
  readonly target: S3Target;
  readonly sts: { readonly region: string; readonly endpoint: string };
  /** By index of the account, signed with its long-lived keys; 0 owns the bucket. */
  keys(account: number): Session;
  /** A session of the account's role, assumed by the bucket owner. */
  role(account: number): Session;
  client(session: Session): S3Client;
  close(): Promise<void>;
}

/** The bucket owner owns `bucket`, versioned, with ACLs on; all may write to it. */
export async function openWorld(bucket: string, options: SandboxOptions = {}): Promise<World> {
  const sandbox = await startSandbox({ bucketDefaults: "legacy", accounts: 3, ...options });
  const target: S3Target = { region: sandbox.region, endpoint: sandbox.endpoint, forcePathStyle: true };
  const sts = { region: sandbox.region, endpoint: sandbox.endpoint };
  const clients: S3Client[] = [];
  const accountOf = (index: number) => {
    const account = sandbox.accounts[index];
    if (account === undefined) throw new Error(`the sandbox has no account ${index}`);
    return account;
  };
  const keys = (index: number): Session => {
    const { accessKeyId, secretAccessKey } = accountOf(index);
    return openSession({ kind: "keys", accessKeyId, secretAccessKey }, sts);
  };
  const client = (session: Session): S3Client => {
    const made = s3Client(session, target);
    clients.push(made);
    return made;
  };
  const owner = client(keys(0));
  await owner.send(new CreateBucketCommand({ Bucket: bucket }));
  await owner.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const uploads = ["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion"];
  const statements = [
    { Effect: "Allow", Principal: "*", Action: uploads, Resource: `arn:aws:s3:::${bucket}/*` },
    { Effect: "Allow", Principal: "*", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
  ];
  await owner.send(
    new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }) }),
  );
  return {
    sandbox,
    target,
    sts,
    keys,
    role(index) {
      const role = accountOf(index).roles[0];
      if (role === undefined) throw new Error(`account ${index} has no role`);
      return openSession(
        {
          kind: "role",
          roleArn: role.arn,
          sessionName: "quitclaim-test",
          base: keys(0),
          ...(role.externalId === undefined ? {} : { externalId: role.externalId }),
        },
        sts,
      );
    },
    client,
    async close() {
      for (const made of clients) made.destroy();
      await sandbox.close();
    },
  };
}
