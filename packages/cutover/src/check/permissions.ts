// What an account's session may do to its own objects, as far as reading tells: writing is the only proof of the right to write, and check does not write.
import { GetObjectAclCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type AccountId, bucketArn, type PlanRow } from "@quitclaim/campaign";
import { call } from "../call.ts";
import type { Finding } from "../finding.ts";
import { CallRefused } from "../refusal.ts";
import { addressed, type Target } from "../target.ts";
import { problem } from "./problem.ts";

/** One planned object of the account, looked at with the account's own session. Objects that are gone tell nothing. */
export async function permissionProblems(
  target: Target,
  account: { readonly id: AccountId; readonly name: string },
  client: S3Client,
  row: PlanRow,
): Promise<Finding[]> {
  const address = { ...addressed(target), Key: row.key, ...(row.versionId === null ? {} : { VersionId: row.versionId }) };
  const version = row.versionId === null ? "" : "Version";
  const refused: string[] = [];
  const look = async (operation: string, action: string, send: () => Promise<unknown>): Promise<void> => {
    try {
      await call(operation, `${target.bucket}/${row.key}`, send);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      if (error.status === 403) refused.push(`${action} is refused on ${row.key}`);
      else if (error.status !== 404 && error.status !== 405) refused.push(error.message);
    }
  };
  await look("GetObjectAcl", `s3:GetObject${version}Acl`, () => client.send(new GetObjectAclCommand(address)));
  await look("HeadObject", `s3:GetObject${version}`, () => client.send(new HeadObjectCommand(address)));
  if (refused.length === 0) return [];
  return [
    problem(
      `permissions-${account.id}`,
      `${account.name} (${account.id}) may not look at its own objects`,
      refused,
      "Where reading an ACL is refused, changing it mostly is as well; the account's work would stop at its first objects.",
      `Allow its role s3:GetObjectAcl, s3:GetObjectVersionAcl, s3:PutObjectAcl and s3:PutObjectVersionAcl on ${bucketArn(target.bucket, await client.config.region())}/*, ` +
        "s3:GetObject and s3:GetObjectVersion where objects are copied (with s3:GetObjectRetention and s3:GetObjectLegalHold in a bucket with Object Lock), and look for a Deny: in the bucket policy, in the organization (SCP), in a VPC endpoint.",
    ),
  ];
}
