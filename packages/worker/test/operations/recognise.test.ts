// Which look at the current version allows a copy, in the three kinds of bucket; nothing else stands between an object and a second copy.
import type { VersionId } from "@quitclaim/campaign";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recognise } from "../../src/operations/recognise.ts";

const day = 86_400_000;
const uploaded = Date.UTC(2026, 9, 1);
const intentAt = uploaded + 30 * day;
const row = (over: Record<string, unknown> = {}) => ({
  versionId: "v1" as VersionId | null,
  etag: "e1" as string | null,
  size: 10,
  lastModified: uploaded as number | null,
  encryption: "SSE-S3",
  ...over,
});
const head = (over: Record<string, unknown> = {}) => ({ versionId: "v1", etag: "e1", size: 10, lastModified: uploaded, ...over });
const unversionedRow = row({ versionId: null });
const unversioned = ({ versionId: _, ...rest }: ReturnType<typeof head>) => rest;

describe("recognising the current version", () => {
  const cases: [string, ReturnType<typeof row>, Parameters<typeof recognise>[1], number | undefined, string][] = [
    ["versioned, untouched", row(), head(), undefined, "planned"],
    ["versioned, untouched although an earlier holder meant to copy", row(), head(), intentAt, "planned"],
    ["versioned, a newer version and no intent", row(), head({ versionId: "v2", lastModified: intentAt + 1_000 }), undefined, "changed"],
    [
      "versioned, a newer version after our intent",
      row(),
      head({ versionId: "v2", lastModified: intentAt + 1_000 }),
      intentAt,
      "maybe-ours",
    ],
    [
      "versioned, a newer version long before our intent",
      row(),
      head({ versionId: "v2", lastModified: intentAt - day }),
      intentAt,
      "changed",
    ],
    ["versioned, newer with other bytes", row(), head({ versionId: "v2", etag: "e2", lastModified: intentAt }), intentAt, "changed"],
    ["versioned, newer with another size", row(), head({ versionId: "v2", size: 11, lastModified: intentAt }), intentAt, "changed"],
    [
      "a multipart original, whose copy has another ETag",
      row({ etag: "e1-4" }),
      head({ versionId: "v2", etag: "e9", lastModified: intentAt }),
      intentAt,
      "maybe-ours",
    ],
    [
      "a KMS original, whose ETag is no digest",
      row({ encryption: "SSE-KMS" }),
      head({ versionId: "v2", etag: "e9", lastModified: intentAt }),
      intentAt,
      "maybe-ours",
    ],
    [
      "a clock of ours that is ahead by a minute",
      row(),
      head({ versionId: "v2", lastModified: intentAt - 60_000 }),
      intentAt,
      "maybe-ours",
    ],
    ["suspended, the null version untouched", row({ versionId: "null" }), head({ versionId: "null" }), intentAt, "planned"],
    [
      "suspended, the null version rewritten after our intent",
      row({ versionId: "null" }),
      head({ versionId: "null", lastModified: intentAt }),
      intentAt,
      "maybe-ours",
    ],
    [
      "suspended, a numbered version replaced on top by null",
      row(),
      head({ versionId: "null", lastModified: intentAt }),
      intentAt,
      "maybe-ours",
    ],
    ["unversioned, untouched", unversionedRow, unversioned(head()), intentAt, "planned"],
    [
      "unversioned, untouched within the same second",
      unversionedRow,
      unversioned(head({ lastModified: uploaded + 400 })),
      undefined,
      "planned",
    ],
    [
      "unversioned, rewritten after our intent",
      unversionedRow,
      unversioned(head({ lastModified: intentAt + 5_000 })),
      intentAt,
      "maybe-ours",
    ],
    ["unversioned, rewritten before it", unversionedRow, unversioned(head({ lastModified: intentAt - day })), intentAt, "changed"],
    ["a report without versions on a versioned bucket, untouched", unversionedRow, head({ versionId: "v7" }), undefined, "planned"],
    ["a report of an unversioned bucket with empty version cells", row({ versionId: "null" }), unversioned(head()), undefined, "planned"],
  ];
  it.each(cases)("%s", (_, planned, current, intent, expected) => {
    expect(recognise(planned, current, intent)).toBe(expected);
  });

  it("never calls a version that is not the planned one planned, so that it is never copied", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (etag, size, ms) => {
        const state = recognise(row(), head({ versionId: "v2", etag, size, lastModified: ms }), intentAt);
        expect(state).not.toBe("planned");
      }),
    );
  });
});
