import {
  CreateBucketCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateJobCommand,
  type CreateJobCommandInput,
  DeletePublicAccessBlockCommand,
  DescribeJobCommand,
  GetPublicAccessBlockCommand,
  type JobDescriptor,
  type JobOperation,
  ListJobsCommand,
  PutPublicAccessBlockCommand,
  S3ControlClient,
  UpdateJobPriorityCommand,
  UpdateJobStatusCommand,
} from "@aws-sdk/client-s3-control";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountSpec } from "../src/account/spec.ts";
import { type Sandbox, startSandbox } from "../src/start.ts";
import { controlFor, keysOf, refusalOf, s3For } from "./clients.ts";

let sandbox: Sandbox;
let owner: AccountSpec;
let uploader: AccountSpec;
let asOwner: S3Client;
let asUploader: S3Client;
const grantOwner: JobOperation = { S3PutObjectAcl: { AccessControlPolicy: { CannedAccessControlList: "bucket-owner-full-control" } } };
const oddKey = "in/a b+c%/é\n.txt";

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 4, bucketDefaults: "legacy" });
  const [first, second] = sandbox.accounts;
  if (first === undefined || second === undefined) throw new Error("two accounts are there");
  [owner, uploader] = [first, second];
  [asOwner, asUploader] = [s3For(sandbox, keysOf(owner)), s3For(sandbox, keysOf(uploader))];
  await asOwner.send(new CreateBucketCommand({ Bucket: "lake" }));
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: uploader.accountId }, Action: "s3:PutObject", Resource: "arn:aws:s3:::lake/*" },
  });
  await asOwner.send(new PutBucketPolicyCommand({ Bucket: "lake", Policy }));
  await asUploader.send(new CreateBucketCommand({ Bucket: "uploader-jobs" }));
  await asOwner.send(new CreateBucketCommand({ Bucket: "owner-jobs" }));
  for (const Key of ["in/1", "in/2", oddKey]) await asUploader.send(new PutObjectCommand({ Bucket: "lake", Key, Body: Key }));
  await asOwner.send(new PutObjectCommand({ Bucket: "lake", Key: "own", Body: "mine", Metadata: { a: "b" } }));
});
afterAll(() => sandbox.close());

const encoded = (key: string) => encodeURIComponent(key).replaceAll("%2F", "/");

/** Puts a manifest of keys and creates a job over it in the account. */
async function createJob(
  account: AccountSpec,
  lines: readonly string[],
  Operation: JobOperation,
  more: Partial<CreateJobCommandInput> = {},
): Promise<string> {
  const Bucket = account === owner ? "owner-jobs" : "uploader-jobs";
  const client = account === owner ? asOwner : asUploader;
  const Key = `manifests/${crypto.randomUUID()}.csv`;
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(lines.map((line) => `${line}\n`).join("")) }));
  const { JobId } = await controlFor(sandbox, keysOf(account)).send(
    new CreateJobCommand({
      AccountId: account.accountId,
      ConfirmationRequired: false,
      Operation,
      Report: {
        Enabled: true,
        Bucket: `arn:aws:s3:::${Bucket}`,
        Prefix: "reports",
        Format: "Report_CSV_20180820",
        ReportScope: "AllTasks",
      },
      ClientRequestToken: crypto.randomUUID(),
      Manifest: {
        Spec: { Format: "S3BatchOperations_CSV_20180820", Fields: ["Bucket", "Key"] },
        Location: { ObjectArn: `arn:aws:s3:::${Bucket}/${Key}`, ETag },
      },
      Priority: 10,
      RoleArn: account.roles[0]?.arn,
      ...more,
    }),
  );
  return JobId ?? "";
}

async function describeJob(account: AccountSpec, JobId: string): Promise<JobDescriptor> {
  const { Job } = await controlFor(sandbox, keysOf(account)).send(new DescribeJobCommand({ AccountId: account.accountId, JobId }));
  if (Job === undefined) throw new Error("DescribeJob answers a job");
  return Job;
}

async function settled(account: AccountSpec, id: string): Promise<JobDescriptor> {
  await expect
    .poll(async () => (await describeJob(account, id)).Status, { timeout: 15_000 })
    .toMatch(/^(Complete|Failed|Cancelled|Suspended)$/);
  return describeJob(account, id);
}

async function bodyOf(client: S3Client, Bucket: string, Key: string): Promise<string> {
  return (await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? "";
}

describe("a Batch Operations job", () => {
  test("sets ACLs as its role and reports each task", async () => {
    const id = await createJob(
      uploader,
      ["in/1", oddKey, "in/missing"].map((key) => `lake,${encoded(key)}`),
      grantOwner,
    );
    const job = await settled(uploader, id);
    expect(job).toMatchObject({
      Status: "Complete",
      ProgressSummary: { TotalNumberOfTasks: 3, NumberOfTasksSucceeded: 2, NumberOfTasksFailed: 1 },
      Operation: grantOwner,
      RoleArn: uploader.roles[0]?.arn,
      Priority: 10,
    });
    expect(await bodyOf(asOwner, "lake", oddKey)).toBe(oddKey);
    const mine = sandbox.writes().filter((write) => write.op === "PutObjectAcl");
    expect(mine.map((write) => write.key)).toEqual(["in/1", oddKey]);
    expect(mine[0]?.arn).toMatch(new RegExp(`assumed-role/quitclaim/s3-batch-operations_${id}`));

    const manifest = JSON.parse(await bodyOf(asUploader, "uploader-jobs", `reports/job-${id}/manifest.json`));
    expect(manifest).toMatchObject({ Format: "Report_CSV_20180820" });
    const results = Object.fromEntries(
      await Promise.all(
        (manifest.Results as { TaskExecutionStatus: string; Key: string }[]).map(async ({ TaskExecutionStatus, Key }) => [
          TaskExecutionStatus,
          await bodyOf(asUploader, "uploader-jobs", Key),
        ]),
      ),
    );
    expect(results.succeeded).toBe(`lake,in/1,,succeeded,200,,Successful\nlake,in/a+b%2Bc%25/%C3%A9%0A.txt,,succeeded,200,,Successful\n`);
    // Without s3:ListBucket nobody learns that a key is not there.
    expect(results.failed).toBe("lake,in/missing,,failed,403,AccessDenied,Access Denied\n");
  });

  test("sets a list of grants", async () => {
    const list = {
      Owner: { ID: uploader.canonicalId },
      Grants: [
        { Grantee: { TypeIdentifier: "id" as const, Identifier: uploader.canonicalId }, Permission: "FULL_CONTROL" as const },
        { Grantee: { TypeIdentifier: "id" as const, Identifier: owner.canonicalId }, Permission: "READ" as const },
      ],
    };
    const id = await createJob(uploader, ["lake,in/2"], { S3PutObjectAcl: { AccessControlPolicy: { AccessControlList: list } } });
    expect((await settled(uploader, id)).Status).toBe("Complete");
    const { Grants = [] } = await asUploader.send(new GetObjectAclCommand({ Bucket: "lake", Key: "in/2" }));
    expect(Grants.map((grant) => [grant.Grantee?.ID, grant.Permission])).toEqual([
      [uploader.canonicalId, "FULL_CONTROL"],
      [owner.canonicalId, "READ"],
    ]);
  });

  test("copies with a new storage class", async () => {
    const copy: JobOperation = { S3PutObjectCopy: { TargetResource: "arn:aws:s3:::lake", StorageClass: "STANDARD_IA" } };
    expect((await settled(owner, await createJob(owner, ["lake,own"], copy))).Status).toBe("Complete");
    expect(await asOwner.send(new HeadObjectCommand({ Bucket: "lake", Key: "own" }))).toMatchObject({
      StorageClass: "STANDARD_IA",
      Metadata: { a: "b" },
    });
  });

  test("of the wrong account fails its tasks, and as a whole when more than half of the first thousand failed", async () => {
    const foreign = Array.from({ length: 1_200 }, (_, index) => `lake,in/${index % 2 === 0 ? 1 : 2}x`);
    const job = await settled(owner, await createJob(owner, foreign, grantOwner));
    expect(job).toMatchObject({ Status: "Failed", ProgressSummary: { TotalNumberOfTasks: 1_200, NumberOfTasksFailed: 1_000 } });
    expect(job.FailureReasons?.[0]?.FailureReason).toMatch(/more than 50%/);
  });

  test("waits for confirmation, can be cancelled, and goes on when confirmed", async () => {
    const control = controlFor(sandbox, keysOf(uploader));
    const AccountId = uploader.accountId;
    const waiting = await createJob(uploader, ["lake,in/1"], grantOwner, { ConfirmationRequired: true });
    expect((await settled(uploader, waiting)).Status).toBe("Suspended");
    await control.send(new UpdateJobPriorityCommand({ AccountId, JobId: waiting, Priority: 3 }));
    await control.send(new UpdateJobStatusCommand({ AccountId, JobId: waiting, RequestedJobStatus: "Ready" }));
    expect(await settled(uploader, waiting)).toMatchObject({ Status: "Complete", Priority: 3 });
    const dropped = await createJob(uploader, ["lake,in/1"], grantOwner, { ConfirmationRequired: true });
    await settled(uploader, dropped);
    await control.send(
      new UpdateJobStatusCommand({ AccountId, JobId: dropped, RequestedJobStatus: "Cancelled", StatusUpdateReason: "not now" }),
    );
    expect(await describeJob(uploader, dropped)).toMatchObject({ Status: "Cancelled", StatusUpdateReason: "not now" });
    expect(
      await refusalOf(control.send(new UpdateJobStatusCommand({ AccountId, JobId: dropped, RequestedJobStatus: "Ready" }))),
    ).toMatchObject({
      code: "JobStatusException",
      status: 400,
    });
    const { Jobs = [] } = await control.send(new ListJobsCommand({ AccountId, JobStatuses: ["Cancelled"] }));
    expect(Jobs.map((job) => job.JobId)).toEqual([dropped]);
    const page = await control.send(new ListJobsCommand({ AccountId, MaxResults: 1 }));
    expect(page.Jobs).toHaveLength(1);
    expect(page.NextToken).toBe("1");
  });

  test("fails when its manifest is not the one it was made with, or not readable", async () => {
    const Location = { ObjectArn: "arn:aws:s3:::uploader-jobs/none.csv", ETag: "x" };
    const Manifest = { Spec: { Format: "S3BatchOperations_CSV_20180820" as const, Fields: ["Bucket" as const, "Key" as const] }, Location };
    expect((await settled(uploader, await createJob(uploader, [], grantOwner, { Manifest }))).FailureReasons?.[0]?.FailureCode).toBe(
      "NoSuchKey",
    );
    await asUploader.send(new PutObjectCommand({ Bucket: "uploader-jobs", Key: "none.csv", Body: "lake,in/1\n" }));
    const changed = await settled(uploader, await createJob(uploader, [], grantOwner, { Manifest }));
    expect(changed).toMatchObject({ Status: "Failed", FailureReasons: [{ FailureCode: "ManifestETagMismatch" }] });
  });

  test("is created once for one token, and refused for a foreign role or account", async () => {
    const ClientRequestToken = "the-same";
    const Manifest = {
      Spec: { Format: "S3BatchOperations_CSV_20180820" as const, Fields: ["Bucket" as const, "Key" as const] },
      Location: { ObjectArn: "arn:aws:s3:::uploader-jobs/none.csv", ETag: "x" },
    };
    const first = await createJob(uploader, [], grantOwner, { ClientRequestToken, Manifest });
    expect(await createJob(uploader, [], grantOwner, { ClientRequestToken, Manifest })).toBe(first);
    expect(await refusalOf(createJob(uploader, [], grantOwner, { ClientRequestToken, Manifest, Priority: 1 }))).toMatchObject({
      code: "IdempotencyException",
    });
    expect(await refusalOf(createJob(uploader, [], grantOwner, { RoleArn: owner.roles[0]?.arn }))).toMatchObject({
      status: 403,
      message: "Cross-account pass role is not allowed.",
    });
    expect(await refusalOf(createJob(uploader, [], grantOwner, { AccountId: owner.accountId }))).toMatchObject({
      code: "AccessDenied",
      status: 403,
    });
    expect(await refusalOf(describeJob(owner, first))).toMatchObject({ code: "NoSuchJobException", status: 404 });
  });
});

describe("the address of S3 Control", () => {
  test("may be that of the sandbox as it stands, where an SDK is told the whole endpoint", async () => {
    const url = new URL(sandbox.endpoint);
    const client = new S3ControlClient({ endpointProvider: () => ({ url }), region: sandbox.region, credentials: keysOf(owner) });
    expect((await client.send(new ListJobsCommand({ AccountId: owner.accountId }))).$metadata.httpStatusCode).toBe(200);
    client.destroy();
  });
});

describe("the account's Block Public Access", () => {
  test("is absent at first, set, applied and removed", async () => {
    const control = controlFor(sandbox, keysOf(owner));
    const AccountId = owner.accountId;
    expect(await refusalOf(control.send(new GetPublicAccessBlockCommand({ AccountId })))).toMatchObject({
      code: "NoSuchPublicAccessBlockConfiguration",
      status: 404,
    });
    await control.send(new PutPublicAccessBlockCommand({ AccountId, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }));
    expect((await control.send(new GetPublicAccessBlockCommand({ AccountId }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
    const publish = () => asOwner.send(new PutObjectCommand({ Bucket: "lake", Key: "public", Body: "x", ACL: "public-read" }));
    expect(await refusalOf(publish())).toMatchObject({ code: "AccessDenied", status: 403 });
    await control.send(new DeletePublicAccessBlockCommand({ AccountId }));
    await publish();
    const logged = sandbox.writes().filter((write) => write.bucket === undefined && write.op.includes("PublicAccessBlock"));
    expect(logged.map(({ op, accountId }) => [op, accountId])).toEqual([
      ["PutAccountPublicAccessBlock", AccountId],
      ["DeleteAccountPublicAccessBlock", AccountId],
    ]);
  });
});
