// Requests, dollars and hours of a plan, and what S3 Batch Operations would ask for the same work.
import type { CopyForecast, Forecast, Op } from "@quitclaim/campaign";
import type { Tally } from "../scan/tally.ts";
import { earlyDollars } from "./early.ts";
import { BATCH_JOB_DOLLARS, BATCH_MILLION_OBJECTS_DOLLARS, PRICES_DATED, priceOf } from "./prices.ts";

/** Requests for one object of each op, but for what its size or its unknown ACL adds. */
const REQUESTS: Readonly<Record<Op, { readonly put: readonly string[]; readonly get: readonly string[] }>> = {
  acl: { put: ["PutObjectAcl"], get: [] },
  // Looked at before, and compared after.
  copy: { put: ["CopyObject"], get: ["HeadObject", "HeadObject"] },
  reencrypt: { put: ["UpdateObjectEncryption", "PutObjectAcl"], get: [] },
};

/** What S3 documents for one partitioned prefix: requests a second that write, and that read (domain.md 5). */
const DOCUMENTED_RATE = { put: 3_500, get: 5_500 };
const READS = /^(Get|Head)/;

const GB = 1024 ** 3;
const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

export function forecast(tally: Tally, jobs: number, requestsPerSecond: number): Forecast {
  const requests: Record<string, number> = {};
  const add = (name: string, n: number): void => {
    if (n > 0) requests[name] = (requests[name] ?? 0) + n;
  };
  let work = 0;
  let objects = 0;
  for (const { op, storageClass, objects: n, bytes } of tally.classes.values()) {
    const price = priceOf(storageClass);
    for (const name of REQUESTS[op].put) add(name, n);
    for (const name of REQUESTS[op].get) add(name, n);
    work += (n * (REQUESTS[op].put.length * price.put + REQUESTS[op].get.length * price.get)) / 1_000;
    if (op === "copy") work += (bytes / GB) * price.retrievalGb;
    objects += n;
  }
  const unknown = Object.values(tally.aclUnknown).reduce((a, n) => a + n, 0);
  add("GetObjectAcl", unknown);
  work += (unknown * priceOf("STANDARD").get) / 1_000;
  const { objects: large, parts } = tally.largeCopies;
  if (large > 0) {
    requests.CopyObject = (requests.CopyObject ?? 0) - large;
    add("CreateMultipartUpload", large);
    add("UploadPartCopy", parts);
    add("CompleteMultipartUpload", large);
    work += ((large + parts) * priceOf("STANDARD").put) / 1_000;
  }
  const total = Object.values(requests).reduce((a, n) => a + n, 0);
  const batch = objects === 0 ? 0 : jobs * BATCH_JOB_DOLLARS + (objects / 1_000_000) * BATCH_MILLION_OBJECTS_DOLLARS + work;
  const reads = Object.entries(requests).reduce((a, [name, n]) => a + (READS.test(name) ? n : 0), 0);
  const copies = copyForecast(tally);
  return {
    requests,
    dollars: cents(work),
    hours: hours(total / requestsPerSecond),
    batchOperationsDollars: cents(batch),
    // Reads and writes have rates of their own, and go on at once.
    hoursAtDocumentedRate: hours(Math.max((total - reads) / DOCUMENTED_RATE.put, reads / DOCUMENTED_RATE.get)),
    pricesDated: PRICES_DATED,
    ...(copies === undefined ? {} : { copies }),
  };
}

/** To a thousandth. */
const hours = (seconds: number): number => Math.round((seconds / 3_600) * 1_000) / 1_000;

function copyForecast(tally: Tally): CopyForecast | undefined {
  const sums = { objects: 0, bytes: 0, retrieval: 0, monthly: 0, earlyObjects: 0, early: 0 };
  for (const entry of tally.classes.values()) {
    if (entry.op !== "copy") continue;
    const price = priceOf(entry.storageClass);
    sums.objects += entry.objects;
    sums.bytes += entry.bytes;
    sums.retrieval += (entry.bytes / GB) * price.retrievalGb;
    sums.monthly += (entry.bytes / GB) * price.storageGb;
    sums.earlyObjects += entry.earlyObjects;
    sums.early += earlyDollars(entry.storageClass, entry.earlyKibDays);
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
