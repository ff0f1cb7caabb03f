// Listing in parts must find every version exactly once, whatever the keys and however the requests interleave.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys, middleKey } from "../src/listing/keyspace.ts";
import { listVersions } from "../src/listing/lister.ts";
import type { ListedVersion, ListPage } from "../src/listing/page.ts";

const key = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^raw\/dt=2021-0[1-9]-[0-3][0-9]\/part-[0-9a-f]{4}$/) },
  fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom("a", "b", " ", "~", "é", "日", "𐐷", "\uffee", "\u0001") }),
);

/** S3's listing over a fixed set: UTF-8 order, pages cut anywhere, even between the versions of one key. */
function bucketOf(keys: readonly string[], versionsOf: (key: string) => number, pageSize: number, delay: () => Promise<void>): ListPage {
  const all: ListedVersion[] = [...new Set(keys)].sort(compareKeys).flatMap((k) =>
    Array.from({ length: versionsOf(k) }, (_, i) => ({
      key: k,
      versionId: `v${i}`,
      isLatest: i === 0,
      isDeleteMarker: false,
      size: 1,
      lastModified: 0,
      etag: null,
      storageClass: null,
      checksumAlgorithm: null,
      owner: "o",
    })),
  );
  return async (after) => {
    await delay();
    const start =
      after.versionId === undefined
        ? all.findIndex((v) => compareKeys(v.key, after.key) > 0)
        : all.findIndex((v) => v.key === after.key && v.versionId === after.versionId) + 1;
    if (start === -1) return { versions: [], next: undefined };
    const versions = all.slice(start, start + pageSize);
    const last = versions.at(-1);
    if (last === undefined || start + pageSize >= all.length) return { versions, next: undefined };
    return { versions, next: { key: last.key, versionId: last.versionId } };
  };
}

describe("cutting the key space", () => {
  it("cuts strictly inside the range, or not at all", () => {
    fc.assert(
      fc.property(key, fc.option(key, { nil: undefined }), (a, b) => {
        const [after, upTo] = b !== undefined && compareKeys(a, b) > 0 ? [b, a] : [a, b];
        const middle = middleKey({ after, upTo });
        if (middle === undefined) return;
        expect(compareKeys(middle, after)).toBeGreaterThan(0);
        if (upTo !== undefined) expect(compareKeys(middle, upTo)).toBeLessThan(0);
        expect(middle.isWellFormed()).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("listing in parts", () => {
  it("finds every version of every key exactly once, in whatever order the answers come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 120 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 12 }),
        fc.scheduler(),
        async (keys, pageSize, concurrency, scheduler) => {
          const versionsOf = (k: string): number => 1 + (k.length % 4);
          const seen = new Map<string, number>();
          const done = listVersions({
            listPage: bucketOf(keys, versionsOf, pageSize, () => scheduler.schedule(Promise.resolve())),
            concurrency,
            signal: new AbortController().signal,
            onVersions: async (versions) => {
              for (const v of versions) seen.set(`${v.key} ${v.versionId}`, (seen.get(`${v.key} ${v.versionId}`) ?? 0) + 1);
            },
          });
          await scheduler.waitFor(done);
          const expected = [...new Set(keys)].flatMap((k) => Array.from({ length: versionsOf(k) }, (_, i) => `${k} v${i}`));
          expect([...seen.keys()].sort()).toEqual(expected.sort());
          expect([...seen.values()].every((n) => n === 1)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("ends with the first request that fails, and says so", async () => {
    let requests = 0;
    const listPage: ListPage = async () => {
      if (++requests > 3) throw new Error("403 AccessDenied");
      return { versions: [], next: { key: `k${requests}` } };
    };
    await expect(
      listVersions({ listPage, concurrency: 4, signal: new AbortController().signal, onVersions: async () => {} }),
    ).rejects.toThrow("403 AccessDenied");
  });
});
