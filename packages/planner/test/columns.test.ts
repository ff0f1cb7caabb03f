// What a report lacks is named with what that costs: what a plan cannot do without refuses it, the rest is said.
import { emptyCounts, type PlanSummary } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { planSentence } from "../src/index.ts";
import { absentColumns, assertRequiredColumns, csvColumns, orcColumns, parquetColumns } from "../src/source/columns.ts";
import { BUCKET_OWNER } from "./fixture/config.ts";

const ALL =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus, ObjectLockMode, " +
  "ObjectLockLegalHoldStatus, IntelligentTieringAccessTier, ObjectAccessControlList, ObjectOwner";

describe("columns", () => {
  test("that are required and missing are named together", () => {
    expect(() => assertRequiredColumns(csvColumns("Bucket, Key, VersionId, ETag"), "m.json")).toThrow(
      /m\.json lacks columns .*ObjectOwner: nobody can tell whose.*Size: bytes cannot be counted.*IsLatest: .*IsDeleteMarker: /,
    );
    expect(() => assertRequiredColumns(csvColumns(ALL), "m.json")).not.toThrow();
  });

  test("that a plan can do without cost something each, whatever the format", () => {
    expect(absentColumns(csvColumns(ALL))).toEqual([]);
    const [acl, ...others] = absentColumns(csvColumns("Bucket, Key, Size, ETag, ObjectOwner"));
    expect(acl).toEqual({
      name: "ObjectAccessControlList",
      cost: expect.stringMatching(/nothing can be counted as already granted.*others .* unknown.*workers read each ACL before they merge/),
    });
    expect(others.map((column) => column.name)).toEqual([
      "EncryptionStatus",
      "StorageClass",
      "LastModifiedDate",
      "IntelligentTieringAccessTier",
      "ObjectLockMode",
      "ObjectLockLegalHoldStatus",
    ]);
    const parquet = parquetColumns("message s3.inventory { required binary key (UTF8); optional binary e_tag (UTF8); }");
    const orc = orcColumns("struct<key:string,e_tag:string>");
    expect(absentColumns(parquet)).toEqual(absentColumns(orc));
    expect(absentColumns(orc).map((column) => column.name)).toContain("ObjectAccessControlList");
  });

  test("without which nobody can tell what needs only the switch leave that open in the first sentence", () => {
    const summary = (columnsAbsent?: string[]): PlanSummary => ({
      version: 1,
      campaign: "c",
      bucket: "b",
      bucketOwner: BUCKET_OWNER,
      ...emptyCounts(),
      rows: 100,
      alreadyGranted: 100,
      switchAlone: 0,
      thirdPartyGrantees: [
        { grantee: "http://acs.amazonaws.com/groups/global/AllUsers", permission: "READ", objects: 7, bytes: 1 },
        { grantee: "f00d", permission: "READ", objects: 7, bytes: 1 },
      ],
      accounts: {},
      unmappedOwners: [],
      forecast: { requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 },
      provenance: {
        manifest: "m",
        manifestMd5: "",
        sourceBucket: "b",
        fileFormat: "CSV",
        reportCreated: "2026-10-04T01:00:00.000Z",
        files: [],
        plannedAt: "",
        ageHours: 3,
        ...(columnsAbsent === undefined ? {} : { columnsAbsent }),
      },
    });
    const first = (text: string): string => text.split("\n")[0] ?? "";
    expect(first(planSentence(summary(["ETag"])))).toMatch(/^0 of 100 foreign-owned objects need nothing but the switch/);
    expect(first(planSentence(summary(["ObjectAccessControlList", "ETag"])))).toMatch(
      /^The switch .* makes the bucket owner own all 100 .* cannot be told from a report without ObjectAccessControlList\.$/,
    );
    expect(planSentence(summary(["ETag"]))).not.toMatch(/NOT KNOWN/);
    expect(planSentence(summary(["ObjectAccessControlList"]))).toMatch(/Whom object ACLs give access is NOT KNOWN, because/);
    // Public access is called what it is, with what stands in the way of keeping it.
    expect(planSentence(summary())).toMatch(/READ to PUBLIC: everyone on the internet \(AllUsers\): 7 objects/);
    expect(planSentence(summary())).toMatch(/One of them is PUBLIC\..*Block Public Access is on \(BlockPublicPolicy\)/);
  });
});
