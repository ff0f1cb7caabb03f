/**
 * Bucket configurations the sandbox keeps but does not act on: stored as given, returned as given, absent with AWS's code.
 * What kind there is stands in the table; the operations are made from it.
 */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { document, element } from "../http/xml-write.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";
import { readTagging } from "./tags.ts";

export interface ConfigurationKind {
  /** Query parameter: `cors`. */
  readonly parameter: string;
  /** API names are Get/Put/Delete + this. */
  readonly name: string;
  /** IAM actions are s3:Get/s3:Put + this (deleting is putting, save where `deleteAction` says otherwise). */
  readonly action: string;
  readonly deleteAction?: string;
  /** Root element of its document. */
  readonly root: string;
  /** What Get answers without one: AWS's 404, or an empty document. */
  readonly absent: readonly [code: string, message: string] | "empty";
  /** Several by `id`. */
  readonly listed?: true;
  readonly deletable: boolean;
  readonly putStatus?: number;
}

const noSuchConfiguration = ["NoSuchConfiguration", "The specified configuration does not exist."] as const;

export const configurationKinds: readonly ConfigurationKind[] = [
  {
    parameter: "tagging",
    name: "BucketTagging",
    action: "BucketTagging",
    root: "Tagging",
    absent: ["NoSuchTagSet", "The TagSet does not exist"],
    deletable: true,
    putStatus: 204,
  },
  {
    parameter: "cors",
    name: "BucketCors",
    action: "BucketCORS",
    root: "CORSConfiguration",
    absent: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
    deletable: true,
  },
  {
    parameter: "lifecycle",
    name: "BucketLifecycleConfiguration",
    action: "LifecycleConfiguration",
    root: "LifecycleConfiguration",
    absent: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
    deletable: true,
  },
  {
    parameter: "website",
    name: "BucketWebsite",
    action: "BucketWebsite",
    deleteAction: "s3:DeleteBucketWebsite",
    root: "WebsiteConfiguration",
    absent: ["NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"],
    deletable: true,
  },
  {
    parameter: "replication",
    name: "BucketReplication",
    action: "ReplicationConfiguration",
    root: "ReplicationConfiguration",
    absent: ["ReplicationConfigurationNotFoundError", "The replication configuration was not found"],
    deletable: true,
  },
  {
    parameter: "notification",
    name: "BucketNotificationConfiguration",
    action: "BucketNotification",
    root: "NotificationConfiguration",
    absent: "empty",
    deletable: false,
  },
  { parameter: "logging", name: "BucketLogging", action: "BucketLogging", root: "BucketLoggingStatus", absent: "empty", deletable: false },
  {
    parameter: "accelerate",
    name: "BucketAccelerateConfiguration",
    action: "AccelerateConfiguration",
    root: "AccelerateConfiguration",
    absent: "empty",
    deletable: false,
  },
  {
    parameter: "requestPayment",
    name: "BucketRequestPayment",
    action: "BucketRequestPayment",
    root: "RequestPaymentConfiguration",
    absent: "empty",
    deletable: false,
  },
  {
    parameter: "inventory",
    name: "BucketInventoryConfiguration",
    action: "InventoryConfiguration",
    root: "InventoryConfiguration",
    absent: noSuchConfiguration,
    listed: true,
    deletable: true,
    putStatus: 204,
  },
  {
    parameter: "analytics",
    name: "BucketAnalyticsConfiguration",
    action: "AnalyticsConfiguration",
    root: "AnalyticsConfiguration",
    absent: noSuchConfiguration,
    listed: true,
    deletable: true,
    putStatus: 204,
  },
  {
    parameter: "metrics",
    name: "BucketMetricsConfiguration",
    action: "MetricsConfiguration",
    root: "MetricsConfiguration",
    absent: noSuchConfiguration,
    listed: true,
    deletable: true,
    putStatus: 204,
  },
  {
    parameter: "intelligent-tiering",
    name: "BucketIntelligentTieringConfiguration",
    action: "IntelligentTieringConfiguration",
    root: "IntelligentTieringConfiguration",
    absent: noSuchConfiguration,
    listed: true,
    deletable: true,
  },
];

const configurationsMax = 1000;

/** The key a configuration has on its bucket. */
function slot(call: Call, kind: ConfigurationKind): string {
  return kind.listed === true ? `${kind.parameter}:${call.request.query.get("id") ?? ""}` : kind.parameter;
}

export function getConfiguration(kind: ConfigurationKind): Operation {
  return {
    name: `Get${kind.name}`,
    run(call: Call): Reply {
      const bucket = call.target();
      demand(call, { action: `s3:Get${kind.action}`, bucket });
      if (kind.listed === true && !call.request.query.has("id")) return listAll(bucket, kind);
      const stored = bucket.configurations.get(slot(call, kind));
      if (stored !== undefined) return { status: 200, body: stored };
      if (kind.absent !== "empty") {
        throw new S3Error(404, kind.absent[0], kind.absent[1], { details: { BucketName: bucket.name } });
      }
      return { status: 200, body: document(kind.root, kind.parameter === "requestPayment" ? element("Payer", "BucketOwner") : "") };
    },
  };
}

function listAll(bucket: Bucket, kind: ConfigurationKind): Reply {
  const stored = [...bucket.configurations].filter(([name]) => name.startsWith(`${kind.parameter}:`)).sort(([a], [b]) => (a < b ? -1 : 1));
  const inner = stored.map(([, xml]) => xml.replace(/^<\?xml[^>]*\?>\s*/, "")).join("");
  return { status: 200, body: document(`List${kind.root}sResult`, element("IsTruncated", false) + inner) };
}

export function putConfiguration(kind: ConfigurationKind): Operation {
  return {
    name: `Put${kind.name}`,
    run(call: Call): Reply {
      const bucket = call.target();
      demand(call, { action: `s3:Put${kind.action}`, bucket });
      const root = readXml(call.request.body);
      if (root.name !== kind.root) throw malformedXml();
      if (kind.parameter === "tagging") readTagging(call.request.body, 50);
      const name = slot(call, kind);
      if (kind.listed === true) demandRoom(bucket, kind, name, childText(root, "Id"));
      bucket.configurations.set(name, call.request.body.toString("utf8"));
      call.record(bucket, { detail: { configuration: name } }, kind.putStatus ?? 200);
      return { status: kind.putStatus ?? 200 };
    },
  };
}

function demandRoom(bucket: Bucket, kind: ConfigurationKind, name: string, id: string | undefined): void {
  if (`${kind.parameter}:${id}` !== name) throw new S3Error(400, "InvalidArgument", "The id in the document and in the request differ.");
  const count = [...bucket.configurations.keys()].filter((one) => one.startsWith(`${kind.parameter}:`)).length;
  if (count >= configurationsMax && !bucket.configurations.has(name)) {
    throw new S3Error(
      400,
      "TooManyConfigurations",
      "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.",
    );
  }
}

export function deleteConfiguration(kind: ConfigurationKind): Operation {
  return {
    name: `Delete${kind.name}`,
    run(call: Call): Reply {
      const bucket = call.target();
      demand(call, { action: kind.deleteAction ?? `s3:Put${kind.action}`, bucket });
      const name = slot(call, kind);
      const had = bucket.configurations.delete(name);
      if (!had && kind.listed === true) throw new S3Error(404, noSuchConfiguration[0], noSuchConfiguration[1]);
      if (had) call.record(bucket, { detail: { configuration: name } }, 204);
      return { status: 204 };
    },
  };
}
