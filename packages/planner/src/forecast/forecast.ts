// Requests, dollars and hours of a plan, and what S3 Batch Operations would ask for the same work.
import type { Op, PlanSummary } from "@quitclaim/campaign";
import type { Tally } from "../scan/tally.ts";
import { BATCH_JOB_DOLLARS, BATCH_MILLION_OBJECTS_DOLLARS, priceOf } from "./prices.ts";

/** Requests for one object of each op, but for what its size or its unknown ACL adds. */
const REQUESTS: Readonly<Record<Op, { readonly put: readonly string[]; readonly get: readonly string[] }>> = {
  acl: { put: ["PutObjectAcl"], get: [] },
  // Looked at before, and compared after.
  copy: { put: ["CopyObject"], get: ["HeadObject", "HeadObject"] },
  reencrypt: { put: ["UpdateObjectEncryption", "PutObjectAcl"], get: [] },
};

const GB = 1024 ** 3;
const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

export function forecast(tally: Tally, jobs: number, requestsPerSecond: number): PlanSummary["forecast"] {
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
  return {
    requests,
    dollars: cents(work),
    hours: Math.round((total / requestsPerSecond / 3_600) * 1_000) / 1_000,
    batchOperationsDollars: cents(batch),
  };
}
