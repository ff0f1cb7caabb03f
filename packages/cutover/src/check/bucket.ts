// The bucket as its owner sees it: is it there, is it the owner's, where is it, and may everything that later steps need be read?
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import type { PlanRow } from "@quitclaim/campaign";
import { readBucketAcl } from "../bucket/acl.ts";
import { call } from "../call.ts";
import type { Finding } from "../finding.ts";
import type { BucketSettings } from "../preflight/facts.ts";
import { valueOr } from "../preflight/facts.ts";
import { reading } from "../preflight/reading.ts";
import { readSettings } from "../preflight/settings.ts";
import type { CallRefused } from "../refusal.ts";
import { addressed, type Target } from "../target.ts";
import { problem, remark } from "./problem.ts";

/** `sampleRow`: any row of the plan, where there is one, to tell whether the report had versions. */
export async function bucketProblems(target: Target, configuredRegion: string, sampleRow: PlanRow | undefined): Promise<Finding[]> {
  const head = await reading(call("HeadBucket", target.bucket, () => target.client.send(new HeadBucketCommand(addressed(target)))));
  if (!head.ok) return [unreachable(target, configuredRegion, head.refused)];
  const region = head.value.BucketRegion;
  const wrongRegion =
    region === undefined || region === configuredRegion
      ? []
      : [
          problem(
            "bucket-region",
            `${target.bucket} is in another region`,
            [`S3 says ${region}, the campaign file says ${configuredRegion}`],
            "Requests are signed for the wrong region and refused or redirected.",
            `Write region: ${region} in the campaign file.`,
          ),
        ];
  return [...wrongRegion, ...(await ownerProblems(target)), ...settingsProblems(target, await readSettings(target), sampleRow)];
}

function unreachable(target: Target, configuredRegion: string, refused: CallRefused): Finding {
  const what =
    refused.status === 404
      ? `There is no bucket ${target.bucket}`
      : refused.status === 301 || refused.code === "PermanentRedirect"
        ? `${target.bucket} is not in ${configuredRegion}`
        : `${target.bucket} cannot be reached as its owner`;
  const fix =
    refused.status === 404
      ? "Correct bucket.name, or the endpoint."
      : refused.status === 403
        ? `Make sure that account ${target.ownerAccountId} owns the bucket (its number goes with every request) and that its session may s3:ListBucket.`
        : "Check region, endpoint and network.";
  return problem("bucket-unreachable", what, [refused.message], "Nothing of the campaign can work.", fix);
}

/** The canonical ID that the bucket itself names as its owner. */
async function ownerProblems(target: Target): Promise<Finding[]> {
  const acl = await reading(readBucketAcl(target));
  if (!acl.ok || acl.value.owner === target.ownerCanonicalId) return [];
  return [
    problem(
      "bucket-owner",
      `${target.bucket} belongs to somebody else`,
      [`the bucket's owner is ${acl.value.owner}`, `the campaign takes ${target.ownerCanonicalId} for the bucket owner`],
      "Every object of the real owner would be taken for a foreign one.",
      "Correct bucket.owner and its credentials, or ownerCanonicalId, in the campaign file.",
    ),
  ];
}

/** What later steps read, each with the action that is missing. Pure. */
export function settingsProblems(
  target: Pick<Target, "bucket" | "dialect">,
  settings: BucketSettings,
  sampleRow: PlanRow | undefined,
): Finding[] {
  const refused = Object.entries(settings).flatMap(([name, r]) => (r.ok ? [] : [`${name}: ${(r.refused as CallRefused).message}`]));
  const found: Finding[] = [];
  if (refused.length > 0)
    found.push(
      remark(
        "bucket-settings",
        `Settings of ${target.bucket} that its owner's session may not read`,
        refused,
        "Fence, preflight and switch need them: a former state that cannot be read cannot be restored.",
        "Allow the actions named in the evidence before the fence.",
      ),
    );
  if (valueOr(settings.ownership, undefined) === "BucketOwnerEnforced")
    found.push(
      remark(
        "already-enforced",
        `${target.bucket} is BucketOwnerEnforced already`,
        ["the ownership controls say BucketOwnerEnforced"],
        "The bucket owner owns and controls every object in it. ACL work is refused here and not needed.",
        "Nothing to do, unless objects must be re-encrypted.",
      ),
    );
  if (target.dialect === "rgw")
    found.push(
      remark(
        "no-ownership-controls",
        "This server has no ownership controls",
        ["the campaign file says dialect: rgw"],
        "Access can be granted and objects can be copied, but there is no switch: fence and cutover refuse.",
        "Plan with `copy` where the owner itself must change.",
      ),
    );
  const versioning = valueOr(settings.versioning, "never");
  if (versioning !== "never" && sampleRow !== undefined && sampleRow.versionId === null)
    found.push(
      remark(
        "current-only-inventory",
        "The inventory has no versions, but the bucket does",
        [`versioning is ${versioning}`],
        "Noncurrent versions are not planned; they stay as they are until the switch.",
        "Use a report with IncludedObjectVersions: All.",
      ),
    );
  return found;
}
