// What copies in place bring with them, for the person who has to agree to it.
import type { CopyForecast } from "@quitclaim/campaign";
import { bytesText, count, dollars } from "../figures.ts";

const objects = (n: number): string => `${count(n)} ${n === 1 ? "object" : "objects"}`;

/** Each stands for itself and ends with a full stop. */
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
