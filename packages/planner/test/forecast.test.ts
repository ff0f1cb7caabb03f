// The forecast and the sentence, on figures that can be checked by hand.
import { emptyCounts, type PlanSummary, type PriceSettings } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { earlyKibDays } from "../src/forecast/early.ts";
import { forecast as forecastOf } from "../src/forecast/forecast.ts";
import { copyParts } from "../src/forecast/parts.ts";
import { pricesOf } from "../src/forecast/prices.ts";
import { copySentences, forecastLines } from "../src/forecast/sentences.ts";
import { planSentence } from "../src/index.ts";
import { type ClassTally, emptyTally, type Tally } from "../src/scan/tally.ts";
import { BUCKET_OWNER } from "./fixture/config.ts";

const forecast = (tally: Tally, jobs: number, requestsPerSecond: number, prices?: PriceSettings) =>
  forecastOf(tally, { prices: pricesOf(prices), requestsPerSecond, jobs });

const work = (...classes: (Pick<ClassTally, "op" | "storageClass" | "objects" | "bytes"> & Partial<ClassTally>)[]): Tally => ({
  ...emptyTally(),
  classes: new Map(
    classes.map((entry) => [
      `${entry.op} ${entry.storageClass}`,
      { kmsObjects: 0, regranted: 0, earlyObjects: 0, earlyKibDays: 0, ...entry },
    ]),
  ),
});

describe("the forecast", () => {
  test("ten million ACLs: 50 dollars of requests, and 10.25 more in Batch Operations (domain.md 6)", () => {
    const tally = work({ op: "acl", storageClass: "STANDARD", objects: 10_000_000, bytes: 0 });
    expect(forecast(tally, 1, 3_500)).toEqual({
      requests: { PutObjectAcl: 10_000_000 },
      dollars: 50,
      dollarsByOperation: { PutObjectAcl: 50 },
      besides: { cloudTrail: { events: 10_000_000, dollars: 10 } },
      hours: 0.794,
      batchOperationsDollars: 60.25,
      hoursAtDocumentedRate: 0.794,
      pricesDated: "2026-10",
    });
  });
  test("copies are looked at before and after, and reading a cold class costs by the GB", () => {
    const tally = work({ op: "copy", storageClass: "STANDARD_IA", objects: 1_000_000, bytes: 1_000 * 1024 ** 3 });
    const { requests, dollars } = forecast(tally, 1, 3_500);
    expect(requests).toEqual({ CopyObject: 1_000_000, HeadObject: 2_000_000 });
    expect(dollars).toBe(10 + 2 + 10);
  });
  test("others' grants are put back after a copy, one request more", () => {
    const tally = work({ op: "copy", storageClass: "STANDARD", objects: 10, bytes: 0, regranted: 4 });
    expect(forecast(tally, 1, 1).requests).toEqual({ CopyObject: 10, HeadObject: 20, PutObjectAcl: 4 });
  });
  test("an object that no version ID pins is looked at before its ACL is written", () => {
    const tally = { ...work({ op: "acl", storageClass: "STANDARD", objects: 5, bytes: 0 }), unpinned: 3 };
    expect(forecast(tally, 1, 1).requests).toEqual({ PutObjectAcl: 5, GetObjectAcl: 3 });
  });
  test("an ACL that is not in the report is one request more; a large copy is many", () => {
    const tally = {
      ...work({ op: "copy", storageClass: "STANDARD", objects: 2, bytes: 0 }),
      aclUnknown: { copy: 2 },
      largeCopies: { objects: 1, parts: 24 },
    };
    expect(forecast({ ...tally, unpinned: 5 }, 1, 1).aclsUnknown).toBe(2);
    expect(forecast(tally, 1, 1).requests).toEqual({
      CopyObject: 1,
      HeadObject: 4,
      GetObjectAcl: 2,
      CreateMultipartUpload: 1,
      UploadPartCopy: 24,
      CompleteMultipartUpload: 1,
    });
  });
  test("S3 Batch Operations is not priced for what it cannot copy, and no request is told that is not sent", () => {
    const copies = work({ op: "copy", storageClass: "STANDARD", objects: 1_000_003, bytes: 0 });
    const some = forecast({ ...copies, largeCopies: { objects: 3, parts: 1_000_000 } }, 1, 1);
    const without = forecast(work({ op: "copy", storageClass: "STANDARD", objects: 1_000_000, bytes: 0 }), 1, 1);
    expect(some.batchOperationsDollars).toBe(without.batchOperationsDollars);
    expect(some.batchOperationsCannotCopy).toBe(3);
    expect(without.batchOperationsCannotCopy).toBeUndefined();
    expect(forecastLines(some).join("\n")).toMatch(/cannot copy 3 objects of these, larger than 5 GB; for the others it would ask \$/);
    const all = forecast(
      { ...work({ op: "copy", storageClass: "STANDARD", objects: 2, bytes: 0 }), largeCopies: { objects: 2, parts: 50 } },
      1,
      1,
    );
    expect(all.requests).toEqual({ HeadObject: 4, CreateMultipartUpload: 2, UploadPartCopy: 50, CompleteMultipartUpload: 2 });
    expect(all.dollarsByOperation).not.toHaveProperty("CopyObject");
    expect(all.batchOperationsDollars).toBe(0);
    expect(forecastLines(all)).toContain("S3 Batch Operations cannot copy 2 objects of these, larger than 5 GB.");
  });
  test("dollars are told by operation, and add up", () => {
    const tally = {
      ...work(
        { op: "copy", storageClass: "STANDARD", objects: 1_000_000, bytes: 0 },
        { op: "copy", storageClass: "GLACIER_IR", objects: 1_000_000, bytes: 100 * 1024 ** 3 },
        { op: "acl", storageClass: "STANDARD", objects: 2_000_000, bytes: 0 },
        { op: "reencrypt", storageClass: "STANDARD", objects: 1_000_000, bytes: 0 },
      ),
      largeCopies: { objects: 10, parts: 1_000 },
    };
    const { dollarsByOperation = {}, dollars } = forecast(tally, 1, 3_500);
    expect(dollarsByOperation).toEqual({
      PutObjectAcl: 15,
      CopyObject: 25,
      HeadObject: 20.8,
      UpdateObjectEncryption: 5,
      CreateMultipartUpload: 0,
      UploadPartCopy: 0.01,
      CompleteMultipartUpload: 0,
      retrieval: 3,
    });
    expect(Math.abs(Object.values(dollarsByOperation).reduce((a, n) => a + n, 0) - dollars)).toBeLessThan(0.02);
  });
  test("the campaign file's prices replace those that it gives, and are named", () => {
    const tally = work(
      { op: "copy", storageClass: "STANDARD", objects: 1_000_000, bytes: 1_000 * 1024 ** 3, kmsObjects: 500_000 },
      { op: "copy", storageClass: "STANDARD_IA", objects: 1_000_000, bytes: 0 },
    );
    const prices: PriceSettings = {
      asOf: "2026-11, eu-central-1",
      storageClasses: { STANDARD: { putPer1000: 0.01, storagePerGbMonth: 1 } },
      kmsPer10000: 1,
      cloudTrailPer100000: 1,
      batchOperationsPerJob: 100,
      batchOperationsPerMillion: 50,
    };
    const { dollarsByOperation, besides, copies, batchOperationsDollars, dollars, pricesDated } = forecast(tally, 2, 3_500, prices);
    // STANDARD at 0.01 and STANDARD_IA as ever; HEADs as ever.
    expect(dollarsByOperation).toEqual({ CopyObject: 20, HeadObject: 2.8 });
    expect(besides).toEqual({
      kms: { objects: 500_000, requests: 1_000_000, dollars: 100 },
      cloudTrail: { events: 6_000_000, dollars: 60 },
    });
    expect(copies?.formerVersionsDollarsPerMonth).toBe(1_000);
    expect(batchOperationsDollars).toBe(dollars + 200 + 100);
    expect(pricesDated).toBe("2026-11, eu-central-1");
  });
  test("is told request by request, with what it sets off elsewhere", () => {
    const tally = work({ op: "copy", storageClass: "GLACIER_IR", objects: 2_000_000, bytes: 1_000 * 1024 ** 3, kmsObjects: 1 });
    const text = forecastLines(forecast(tally, 1, 3_500)).join("\n");
    expect(text).toMatch(
      /^Forecast: 6,000,000 requests, \$110\.00 \(prices of 2026-10, us-east-1\); about .* at the configured rate, about .* for one prefix\.$/m,
    );
    expect(text).toMatch(/^ {2}CopyObject 2,000,000: \$40\.00$/m);
    expect(text).toMatch(/^ {2}reading cold classes: \$30\.00$/m);
    expect(text).toMatch(/1 object under KMS is rewritten: some 2 requests to KMS/);
    expect(text).toMatch(/CloudTrail logs this bucket's data events, it will be 6,000,000 of them, \$6\.00 for each trail/);
  });
  test("no work costs nothing", () => {
    expect(forecast(emptyTally(), 0, 3_500)).toEqual({
      requests: {},
      dollars: 0,
      dollarsByOperation: {},
      besides: { cloudTrail: { events: 0, dollars: 0 } },
      hours: 0,
      batchOperationsDollars: 0,
      hoursAtDocumentedRate: 0,
      pricesDated: "2026-10",
    });
  });
  test("copies tell what they bring: retrieval, former versions, early deletion, events", () => {
    const GB = 1024 ** 3;
    const tally = {
      ...work(
        {
          op: "copy",
          storageClass: "STANDARD_IA",
          objects: 1_000,
          bytes: 1_000 * GB,
          earlyObjects: 400,
          earlyKibDays: 400 * 1024 ** 2 * 15,
        },
        { op: "copy", storageClass: "STANDARD", objects: 100, bytes: 100 * GB },
        { op: "acl", storageClass: "STANDARD_IA", objects: 7, bytes: 1_000 * GB },
      ),
      largeCopies: { objects: 2, parts: 50 },
    };
    const { copies, hoursAtDocumentedRate, requests } = forecast(tally, 1, 100);
    expect(copies).toEqual({
      objects: 1_100,
      bytes: 1_100 * GB,
      retrievalDollars: 10,
      // 1,000 GB at 0.0125 and 100 at 0.023
      formerVersionsDollarsPerMonth: 14.8,
      // 400 GB for half a month at 0.0125
      early: { objects: 400, dollars: 2.5 },
      events: { copy: 1_098, completeMultipartUpload: 2 },
    });
    expect(requests).toMatchObject({ CopyObject: 1_098, UploadPartCopy: 50 });
    expect(hoursAtDocumentedRate).toBe(0);
    expect(copySentences(copies as NonNullable<typeof copies>)).toEqual([
      "Copies rewrite 1,100 objects, 1.1 TiB; retrieval from cold classes is $10.00 of the dollars.",
      "With versioning, the former versions stay and are billed until they expire: 1.1 TiB more, $14.80 a month.",
      "Without it, 400 objects would be overwritten before their class's minimum duration is over, which S3 bills all the same: $2.50.",
      "Where notifications are configured, they will be 1,098 s3:ObjectCreated:Copy and 2 s3:ObjectCreated:CompleteMultipartUpload; where replication is, it sends 1,100 objects, 1.1 TiB, once more.",
    ]);
  });
  test("reads and writes go at S3's own rates at once: the slower one is the time", () => {
    const tally = work({ op: "copy", storageClass: "STANDARD", objects: 19_800_000, bytes: 0 });
    // 39.6 M HeadObject at 5,500 a second against 19.8 M CopyObject at 3,500
    expect(forecast(tally, 1, 3_500).hoursAtDocumentedRate).toBe(2);
  });
  test("a minimum duration is what is left of it, whole days, 128 KiB at least; classes without one have nothing left", () => {
    const now = Date.UTC(2026, 9, 4);
    const days = (n: number): number => now - n * 86_400_000;
    expect(earlyKibDays("STANDARD_IA", 1_048_576, days(10), now)).toBe(1_024 * 20);
    expect(earlyKibDays("STANDARD_IA", 1, days(29.5), now)).toBe(128);
    expect(earlyKibDays("GLACIER_IR", 1_048_576, days(-1), now)).toBe(1_024 * 90);
    for (const [storageClass, modified] of [
      ["STANDARD_IA", days(30)],
      ["STANDARD", days(1)],
      ["STANDARD_IA", null],
    ] as const)
      expect(earlyKibDays(storageClass, 1_048_576, modified, now)).toBe(0);
  });
  test("parts stay within S3's limit of 10,000", () => {
    for (const size of [5 * 1024 ** 3 + 1, 5 * 1024 ** 4, 50 * 1024 ** 4]) expect(copyParts(size)).toBeLessThanOrEqual(10_000);
  });
});

test("the sentence begins with what needs nothing but the switch, and tells of everything that waits or would be lost", () => {
  const summary: PlanSummary = {
    version: 1,
    campaign: "c",
    bucket: "b",
    bucketOwner: BUCKET_OWNER,
    ...emptyCounts(),
    rows: 1_200,
    ownedByBucketOwner: 200,
    planned: { acl: 900, copy: 50 },
    held: { "owner-unavailable": 20, "unmapped-owner": 30 },
    switchAlone: 880,
    thirdPartyGrantees: Array.from({ length: 10 }, (_, i) => ({ grantee: `g${i}`, permission: "READ", objects: 10 - i, bytes: 2_048 })),
    accounts: {},
    unmappedOwners: [{ owner: "stranger", rows: 30, bytes: 5 }],
    forecast: { requests: { PutObjectAcl: 900 }, dollars: 1.5, hours: 0.5, batchOperationsDollars: 2 },
    provenance: {
      manifest: "m",
      manifestMd5: "",
      sourceBucket: "b",
      fileFormat: "CSV",
      reportCreated: "2026-10-04T01:00:00.000Z",
      files: [],
      plannedAt: "",
      ageHours: 3,
    },
  };
  const text = planSentence(summary);
  expect(text.split("\n")[0]).toBe(
    "880 of 980 foreign-owned objects need nothing but the switch to BucketOwnerEnforced: it makes the bucket owner own them, and nobody else loses access.",
  );
  expect(text).toContain("Planned: 950 objects, 0 bytes (acl 900, copy 50).");
  expect(text).toContain("Held for a person, listed in held/: 50 (owner-unavailable 20, unmapped-owner 30).");
  expect(text).toContain("READ to g0: 10 objects, 2.0 KiB");
  expect(text).toContain("and 2 more");
  expect(text).toContain("about 30 minutes");
});
