// Requests, dollars and hours of a plan, what it sets off elsewhere, and what S3 Batch Operations would ask for the same work.
import type { CopyForecast, Forecast, Op } from "@quitclaim/campaign";
import type { Tally } from "../scan/tally.ts";
import { earlyDollars } from "./early.ts";
import type { Prices } from "./prices.ts";

/** Requests for one object of each op, but for what its size or its unknown ACL adds. */
const REQUESTS: Readonly<Record<Op, readonly string[]>> = {
  acl: ["PutObjectAcl"],
  // Looked at before, and compared after.
  copy: ["CopyObject", "HeadObject", "HeadObject"],
  reencrypt: ["UpdateObjectEncryption", "PutObjectAcl"],
};

/** What S3 documents for one partitioned prefix: requests a second that write, and that read (domain.md 5). */
const DOCUMENTED_RATE = { put: 3_500, get: 5_500 };
/** Requests of a copy in parts alone. */
const PARTS = ["CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload"];
const READS = /^(Get|Head)/;
/** Of an object under SSE-KMS: its old data key is decrypted, a new one made. */
const KMS_REQUESTS = 2;

const GB = 1024 ** 3;
const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

export interface ForecastSettings {
  readonly prices: Prices;
  readonly requestsPerSecond: number;
  /** That S3 Batch Operations would need: one for each account and op. */
  readonly jobs: number;
}

export function forecast(tally: Tally, { prices, requestsPerSecond, jobs }: ForecastSettings): Forecast {
  const requests: Record<string, number> = {};
  const dollarsOf: Record<string, number> = {};
  const send = (name: string, n: number, storageClass: string): void => {
    if (n === 0) return;
    const { put, get } = prices.of(storageClass);
    requests[name] = (requests[name] ?? 0) + n;
    dollarsOf[name] = (dollarsOf[name] ?? 0) + (n * (READS.test(name) ? get : put)) / 1_000;
  };
  let objects = 0;
  let retrieval = 0;
  let underKms = 0;
  // In the order of their names, so that sums do not depend on how rows were cut into files.
  const classes = [...tally.classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  for (const entry of classes) {
    for (const name of REQUESTS[entry.op]) send(name, entry.objects, entry.storageClass);
    send("PutObjectAcl", entry.regranted, entry.storageClass);
    if (entry.op === "copy") retrieval += (entry.bytes / GB) * prices.of(entry.storageClass).retrievalGb;
    if (entry.op !== "acl") underKms += entry.kmsObjects;
    objects += entry.objects;
  }
  const unknown = Object.values(tally.aclUnknown).reduce((a, n) => a + n, 0);
  send("GetObjectAcl", unknown + tally.unpinned, "STANDARD");
  const { objects: large, parts } = tally.largeCopies;
  if (large > 0) {
    // A copy in parts has no CopyObject. Which of the copies it is, and so of which class, is not counted: the mean is taken off, and STANDARD put on.
    const each = (dollarsOf.CopyObject ?? 0) / (requests.CopyObject ?? 1);
    requests.CopyObject = (requests.CopyObject ?? 0) - large;
    dollarsOf.CopyObject = (dollarsOf.CopyObject ?? 0) - large * each;
    send("CreateMultipartUpload", large, "STANDARD");
    send("UploadPartCopy", parts, "STANDARD");
    send("CompleteMultipartUpload", large, "STANDARD");
    if (requests.CopyObject === 0) {
      delete requests.CopyObject;
      delete dollarsOf.CopyObject;
    }
  }
  const work = Object.values(dollarsOf).reduce((a, n) => a + n, retrieval);
  if (retrieval > 0) dollarsOf.retrieval = retrieval;
  const total = Object.values(requests).reduce((a, n) => a + n, 0);
  const reads = Object.entries(requests).reduce((a, [name, n]) => a + (READS.test(name) ? n : 0), 0);
  const copies = copyForecast(tally, prices);
  const kms = underKms * KMS_REQUESTS;
  return {
    requests,
    dollars: cents(work),
    dollarsByOperation: Object.fromEntries(Object.entries(dollarsOf).map(([name, n]) => [name, cents(n)])),
    hours: hours(total / requestsPerSecond),
    batchOperationsDollars:
      objects === large
        ? 0
        : cents(jobs * prices.batchJob + (objects - large) * prices.batchObject + work - largeDollars(tally, requests, dollarsOf)),
    ...(large === 0 ? {} : { batchOperationsCannotCopy: large }),
    // Reads and writes have rates of their own, and go on at once.
    hoursAtDocumentedRate: hours(Math.max((total - reads) / DOCUMENTED_RATE.put, reads / DOCUMENTED_RATE.get)),
    pricesDated: prices.dated,
    besides: {
      ...(underKms === 0 ? {} : { kms: { objects: underKms, requests: kms, dollars: cents(kms * prices.kmsRequest) } }),
      cloudTrail: { events: total, dollars: cents(total * prices.cloudTrailEvent) },
    },
    ...(copies === undefined ? {} : { copies }),
    ...(unknown === 0 ? {} : { aclsUnknown: unknown }),
  };
}

/** Of copies in parts: the mean is taken of what was not counted by size. What their bytes cost where they lie in cold classes is not known, and stays in. */
function largeDollars({ largeCopies }: Tally, requests: Record<string, number>, dollarsOf: Record<string, number>): number {
  if (largeCopies.objects === 0) return 0;
  const heads = (2 * largeCopies.objects * (dollarsOf.HeadObject ?? 0)) / (requests.HeadObject ?? 1);
  return PARTS.reduce((a, name) => a + (dollarsOf[name] ?? 0), heads);
}

/** To a thousandth. */
const hours = (seconds: number): number => Math.round((seconds / 3_600) * 1_000) / 1_000;

function copyForecast(tally: Tally, prices: Prices): CopyForecast | undefined {
  const sums = { objects: 0, bytes: 0, retrieval: 0, monthly: 0, earlyObjects: 0, early: 0 };
  for (const entry of tally.classes.values()) {
    if (entry.op !== "copy") continue;
    const price = prices.of(entry.storageClass);
    sums.objects += entry.objects;
    sums.bytes += entry.bytes;
    sums.retrieval += (entry.bytes / GB) * price.retrievalGb;
    sums.monthly += (entry.bytes / GB) * price.storageGb;
    sums.earlyObjects += entry.earlyObjects;
    sums.early += earlyDollars(price, entry.earlyKibDays);
  }
  if (sums.objects === 0) return undefined;
  const { objects: large } = tally.largeCopies;
  return {
    objects: sums.objects,
    bytes: sums.bytes,
    retrievalDollars: cents(sums.retrieval),
    formerVersionsDollarsPerMonth: cents(sums.monthly),
    early: { objects: sums.earlyObjects, dollars: cents(sums.early) },
    events: { copy: sums.objects - large, completeMultipartUpload: large },
  };
}
