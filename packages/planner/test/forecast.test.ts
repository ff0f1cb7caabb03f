// The forecast and the sentence, on figures that can be checked by hand.
import { emptyCounts, type PlanSummary } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { forecast } from "../src/forecast/forecast.ts";
import { copyParts } from "../src/forecast/parts.ts";
import { planSentence } from "../src/index.ts";
import { emptyTally, type Tally } from "../src/scan/tally.ts";
import { BUCKET_OWNER } from "./fixture/config.ts";

const work = (...classes: { op: "acl" | "copy"; storageClass: string; objects: number; bytes: number }[]): Tally => ({
  ...emptyTally(),
  classes: new Map(classes.map((entry) => [`${entry.op} ${entry.storageClass}`, entry])),
});

describe("the forecast", () => {
  test("ten million ACLs: 50 dollars of requests, and 10.25 more in Batch Operations (domain.md 6)", () => {
    const tally = work({ op: "acl", storageClass: "STANDARD", objects: 10_000_000, bytes: 0 });
    expect(forecast(tally, 1, 3_500)).toEqual({
      requests: { PutObjectAcl: 10_000_000 },
      dollars: 50,
      hours: 0.794,
      batchOperationsDollars: 60.25,
    });
  });
  test("copies are looked at before and after, and reading a cold class costs by the GB", () => {
    const tally = work({ op: "copy", storageClass: "STANDARD_IA", objects: 1_000_000, bytes: 1_000 * 1024 ** 3 });
    const { requests, dollars } = forecast(tally, 1, 3_500);
    expect(requests).toEqual({ CopyObject: 1_000_000, HeadObject: 2_000_000 });
    expect(dollars).toBe(10 + 2 + 10);
  });
  test("an ACL that is not in the report is one request more; a large copy is many", () => {
    const tally = {
      ...work({ op: "copy", storageClass: "STANDARD", objects: 2, bytes: 0 }),
      aclUnknown: { copy: 2 },
      largeCopies: { objects: 1, parts: 24 },
    };
    expect(forecast(tally, 1, 1).requests).toEqual({
      CopyObject: 1,
      HeadObject: 4,
      GetObjectAcl: 2,
      CreateMultipartUpload: 1,
      UploadPartCopy: 24,
      CompleteMultipartUpload: 1,
    });
  });
  test("no work costs nothing", () => {
    expect(forecast(emptyTally(), 0, 3_500)).toEqual({ requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 });
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
