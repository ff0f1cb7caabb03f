// The bucket's settings as preflight reads them, all at once. Reads only.
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import { readBucketAcl } from "../bucket/acl.ts";
import { readOwnership } from "../bucket/ownership.ts";
import { readPolicy } from "../bucket/policy.ts";
import { readPublicAccess } from "../bucket/public-access.ts";
import { call, unlessAbsent } from "../call.ts";
import { addressed, type Target } from "../target.ts";
import type { BucketSettings, Reading, UploadsSeen } from "./facts.ts";
import { featureReading, reading } from "./reading.ts";

export async function readSettings(target: Target): Promise<BucketSettings> {
  // A server of the other dialect takes an unknown subresource for the bucket itself; only what it knows is asked.
  const aws = target.dialect === "aws";
  const known = <T>(value: T): Promise<Reading<T>> => Promise.resolve({ ok: true, value });
  const [ownership, acl, policy, publicAccess, versioning, replication, notifications, lifecycle, uploads] = await Promise.all([
    aws ? reading(readOwnership(target)) : known("absent" as const),
    reading(readBucketAcl(target)),
    reading(readPolicy(target)),
    aws ? reading(readPublicAccess(target)) : known(null),
    reading(readVersioning(target)),
    aws ? featureReading([], readReplication(target)) : known([]),
    aws ? featureReading([], readNotifications(target)) : known([]),
    aws ? featureReading([], readLifecycle(target)) : known([]),
    reading(readUploads(target)),
  ]);
  return { ownership, acl, policy, publicAccess, versioning, replication, notifications, lifecycle, uploads };
}

export async function readVersioning(target: Target): Promise<"Enabled" | "Suspended" | "never"> {
  const answer = await call("GetBucketVersioning", target.bucket, () =>
    target.client.send(new GetBucketVersioningCommand(addressed(target))),
  );
  return answer.Status ?? "never";
}

async function readReplication(target: Target): Promise<string[]> {
  const answer = await unlessAbsent(
    ["ReplicationConfigurationNotFoundError"],
    call("GetBucketReplication", target.bucket, () => target.client.send(new GetBucketReplicationCommand(addressed(target)))),
  );
  return (answer?.ReplicationConfiguration?.Rules ?? [])
    .filter((rule) => rule.Status === "Enabled")
    .map((rule, index) => `${rule.ID ?? index + 1} to ${rule.Destination?.Bucket ?? "?"}`);
}

async function readNotifications(target: Target): Promise<string[]> {
  const answer = await call("GetBucketNotificationConfiguration", target.bucket, () =>
    target.client.send(new GetBucketNotificationConfigurationCommand(addressed(target))),
  );
  const created = (events: readonly string[] | undefined): boolean => (events ?? []).some((e) => e.startsWith("s3:ObjectCreated:"));
  return [
    ...(answer.LambdaFunctionConfigurations ?? []).filter((c) => created(c.Events)).map((c) => `function ${c.LambdaFunctionArn}`),
    ...(answer.QueueConfigurations ?? []).filter((c) => created(c.Events)).map((c) => `queue ${c.QueueArn}`),
    ...(answer.TopicConfigurations ?? []).filter((c) => created(c.Events)).map((c) => `topic ${c.TopicArn}`),
    ...(answer.EventBridgeConfiguration === undefined ? [] : ["EventBridge gets every event"]),
  ];
}

async function readLifecycle(target: Target): Promise<string[]> {
  const answer = await unlessAbsent(
    ["NoSuchLifecycleConfiguration"],
    call("GetBucketLifecycleConfiguration", target.bucket, () =>
      target.client.send(new GetBucketLifecycleConfigurationCommand(addressed(target))),
    ),
  );
  return (answer?.Rules ?? []).filter((rule) => rule.Status === "Enabled").map((rule, index) => rule.ID ?? String(index + 1));
}

async function readUploads(target: Target): Promise<UploadsSeen> {
  const answer = await call("ListMultipartUploads", target.bucket, () =>
    target.client.send(new ListMultipartUploadsCommand({ ...addressed(target), MaxUploads: 1_000 })),
  );
  const uploads = answer.Uploads ?? [];
  const foreign = uploads.filter((u) => u.Owner?.ID !== undefined && u.Owner.ID !== target.ownerCanonicalId);
  return {
    pending: uploads.length,
    foreign: foreign.length,
    examples: foreign.slice(0, 3).map((u) => `${u.Key} since ${u.Initiated?.toISOString() ?? "?"}`),
    more: answer.IsTruncated === true,
  };
}
