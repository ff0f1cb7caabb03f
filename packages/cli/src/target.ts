// The bucket as cutover's commands see it: with the bucket owner's own session and canonical ID.
import { proveCanonicalId } from "@quitclaim/aws";
import { type CanonicalId, type PlanSummary, readJson } from "@quitclaim/campaign";
import type { Target } from "@quitclaim/cutover";
import type { Campaign } from "./invocation.ts";

export async function openTarget(campaign: Campaign): Promise<Target> {
  const { bucket } = campaign.config;
  return {
    bucket: bucket.name,
    ownerAccountId: bucket.owner,
    ownerCanonicalId:
      bucket.ownerCanonicalId ??
      (await readJson<PlanSummary>(campaign.store, "plan/plan.json"))?.bucketOwner ??
      (await provenOwner(campaign)),
    client: campaign.client(campaign.sessions.owner),
    dialect: bucket.dialect,
  };
}

async function provenOwner(campaign: Campaign): Promise<CanonicalId> {
  const { bucket } = campaign.config;
  const { canonicalId } = await proveCanonicalId(campaign.sessions.owner, {
    region: bucket.region,
    forcePathStyle: bucket.forcePathStyle,
    ...(bucket.endpoint === undefined ? {} : { endpoint: bucket.endpoint }),
  });
  return canonicalId as CanonicalId;
}
