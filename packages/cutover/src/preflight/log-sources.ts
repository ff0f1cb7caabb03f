// Which buckets of the same owner deliver their server access logs into this one: a bucket does not know it of itself.
import { GetBucketLoggingCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { call } from "../call.ts";
import { mapInFlight } from "../in-flight.ts";
import { LOGGING_SOURCES_MAX, READS_IN_FLIGHT } from "../limits.ts";
import { CallRefused } from "../refusal.ts";
import type { Target } from "../target.ts";
import type { LogSources } from "./facts.ts";

export async function findLogSources(target: Target): Promise<LogSources> {
  const answer = await call("ListBuckets", target.ownerAccountId, () => target.client.send(new ListBucketsCommand({})));
  const names = (answer.Buckets ?? []).flatMap((b) => (b.Name === undefined ? [] : [b.Name]));
  // The bucket itself first: a bucket may log into itself.
  const asked = [target.bucket, ...names.filter((n) => n !== target.bucket)].slice(0, LOGGING_SOURCES_MAX);
  let unread = 0;
  const into = await mapInFlight(asked, READS_IN_FLIGHT, async (name) => {
    try {
      const logging = await call("GetBucketLogging", name, () => target.client.send(new GetBucketLoggingCommand({ Bucket: name })));
      return logging.LoggingEnabled?.TargetBucket === target.bucket ? name : undefined;
    } catch (error) {
      // Buckets in other regions and buckets that this session may not look at: counted, and said.
      if (!(error instanceof CallRefused)) throw error;
      if (error.code !== "NotImplemented") unread++;
      return undefined;
    }
  });
  const skipped = names.length - asked.length;
  const limits = [
    ...(unread > 0 ? [`${unread} buckets could not be asked`] : []),
    ...(skipped > 0 ? [`${skipped} buckets were not asked`] : []),
  ];
  return { looked: asked.length - unread, buckets: into.filter((n) => n !== undefined), limits: limits.join(", ") };
}
