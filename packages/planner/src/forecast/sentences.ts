// The forecast for the person who has to agree to it: each request with its price, the time, and what the work sets off elsewhere.
import { type CopyForecast, type Forecast, sum } from "@quitclaim/campaign";
import { bytesText, count, dollars, hoursText } from "../figures.ts";

const objects = (n: number): string => `${count(n)} ${n === 1 ? "object" : "objects"}`;

/** Lines of a plan that has work; those that belong to the one before are indented. */
export function forecastLines(forecast: Forecast): string[] {
  const { dollarsByOperation: prices, besides, hoursAtDocumentedRate: atS3s, copies } = forecast;
  const dated =
    forecast.pricesDated === undefined
      ? ""
      : ` (prices of ${forecast.pricesDated}${/^[\d-]+$/.test(forecast.pricesDated) ? ", us-east-1" : ""})`;
  const lines = [
    `Forecast: ${count(sum(forecast.requests))} requests, ${dollars(forecast.dollars)}${dated}; ${hoursText(forecast.hours)} at the configured rate` +
      `${atS3s === undefined ? "" : `, ${hoursText(atS3s)} at the rate that S3 documents for one prefix`}.`,
  ];
  for (const [name, n] of Object.entries(forecast.requests))
    lines.push(`  ${name} ${count(n)}${prices === undefined ? "" : `: ${dollars(prices[name] ?? 0)}`}`);
  if ((prices?.retrieval ?? 0) > 0) lines.push(`  reading cold classes: ${dollars(prices?.retrieval ?? 0)}`);
  lines.push(batchOperationsSentence(forecast));
  if (copies !== undefined) lines.push(...copySentences(copies));
  if (besides?.kms !== undefined) {
    const { objects: n, requests, dollars: price } = besides.kms;
    lines.push(
      `${objects(n)} under KMS ${n === 1 ? "is" : "are"} rewritten: some ${count(requests)} requests to KMS, ${dollars(price)}, where no S3 Bucket Key spares them; KMS has quotas of its own.`,
    );
  }
  if (besides !== undefined)
    lines.push(
      `Where CloudTrail logs this bucket's data events, it will be ${count(besides.cloudTrail.events)} of them, ${dollars(besides.cloudTrail.dollars)} for each trail.`,
    );
  return lines;
}

function batchOperationsSentence({ batchOperationsDollars, batchOperationsCannotCopy: large = 0 }: Forecast): string {
  const cannotMerge = "it sets one ACL for all objects of a job and cannot merge.";
  if (large === 0)
    return `S3 Batch Operations would ask ${dollars(batchOperationsDollars)} for the same, its requests included; ${cannotMerge}`;
  const cannot = `S3 Batch Operations cannot copy ${objects(large)} of these, larger than 5 GB`;
  if (batchOperationsDollars === 0) return `${cannot}.`;
  return `${cannot}; for the others it would ask ${dollars(batchOperationsDollars)}, its requests included, and ${cannotMerge}`;
}

/** What copies in place bring with them. Each stands for itself and ends with a full stop. */
export function copySentences(copies: CopyForecast): string[] {
  const { early, events } = copies;
  const sentences = [
    `Copies rewrite ${objects(copies.objects)}, ${bytesText(copies.bytes)}${copies.retrievalDollars > 0 ? `; retrieval from cold classes is ${dollars(copies.retrievalDollars)} of the dollars` : ""}.`,
    `With versioning, the former versions stay and are billed until they expire: ${bytesText(copies.bytes)} more, ${dollars(copies.formerVersionsDollarsPerMonth)} a month.`,
  ];
  if (early.objects > 0) {
    sentences.push(
      `Without it, ${objects(early.objects)} would be overwritten before their class's minimum duration is over, which S3 bills all the same: ${dollars(early.dollars)}.`,
    );
  }
  const parts =
    events.completeMultipartUpload > 0 ? ` and ${count(events.completeMultipartUpload)} s3:ObjectCreated:CompleteMultipartUpload` : "";
  sentences.push(
    `Where notifications are configured, they will be ${count(events.copy)} s3:ObjectCreated:Copy${parts}; where replication is, it sends ${objects(copies.objects)}, ${bytesText(copies.bytes)}, once more.`,
  );
  return sentences;
}
