// Listing in parts must find every version exactly once, whatever the keys and however the requests interleave, and keep dozens of requests at work.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutKey, type Way } from "../src/listing/cut.ts";
import { compareKeys } from "../src/listing/keyspace.ts";
import { type ListingProgress, listVersions } from "../src/listing/lister.ts";
import type { ListedVersion, ListPage } from "../src/listing/page.ts";
import { hardKey } from "./fixture/hard-keys.ts";

const versionOf = (key: string, versionId: string): ListedVersion => ({
  key,
  versionId,
  isLatest: versionId === "v0",
  isDeleteMarker: false,
  size: 1,
  lastModified: 0,
  etag: null,
  storageClass: null,
  checksumAlgorithm: null,
  owner: "o",
});

/** S3's listing over a fixed set: UTF-8 order, pages cut anywhere, even between the versions of one key. */
function bucketOf(keys: readonly string[], versionsOf: (key: string) => number, pageSize: number, delay: () => Promise<void>): ListPage {
  const all = [...new Set(keys)].sort(compareKeys).flatMap((k) => Array.from({ length: versionsOf(k) }, (_, i) => versionOf(k, `v${i}`)));
  const after = (key: string): number => {
    let low = 0;
    for (let high = all.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (compareKeys(all[middle]?.key ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return async (marker, _signal, most = pageSize) => {
    await delay();
    const start =
      marker.versionId === undefined
        ? after(marker.key)
        : all.findIndex((v) => v.key === marker.key && v.versionId === marker.versionId) + 1;
    const versions = all.slice(start, start + Math.min(most, pageSize));
    const last = versions.at(-1);
    if (last === undefined || start + versions.length >= all.length) return { versions, next: undefined };
    return { versions, next: { key: last.key, versionId: last.versionId } };
  };
}

async function list(listPage: ListPage, concurrency: number): Promise<{ progress: ListingProgress; seen: string[] }> {
  const seen: string[] = [];
  const progress = await listVersions<ListedVersion>({
    listPage,
    concurrency,
    signal: new AbortController().signal,
    complete: (versions) => versions,
    onVersions: async (versions) => {
      for (const v of versions) seen.push(`${v.key} ${v.versionId}`);
    },
  });
  return { progress, seen: seen.sort() };
}

describe("cutting the key space", () => {
  it("orders keys as their UTF-8 bytes do", () => {
    fc.assert(
      fc.property(hardKey, hardKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 2_000 },
    );
  });

  it("cuts strictly inside the range at a key that may stand in a request, or not at all", () => {
    fc.assert(
      fc.property(
        hardKey,
        fc.option(hardKey, { nil: undefined }),
        fc.nat(40),
        fc.constantFrom<Way>("across", "down"),
        (a, b, shared, way) => {
          const [after, upTo] = b !== undefined && compareKeys(a, b) > 0 ? [b, a] : [a, b];
          const key = cutKey({ after, upTo, shared }, way);
          if (key === undefined) return;
          expect(compareKeys(key, after)).toBeGreaterThan(0);
          if (upTo !== undefined) expect(compareKeys(key, upTo)).toBeLessThan(0);
          expect(key.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1_024);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe("listing in parts", () => {
  it("finds every version of every key exactly once, in whatever order the answers come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hardKey, { maxLength: 120 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 12 }),
        fc.scheduler(),
        async (keys, pageSize, concurrency, scheduler) => {
          const versionsOf = (k: string): number => 1 + (k.length % 4) * 3;
          const listing = list(
            bucketOf(keys, versionsOf, pageSize, () => scheduler.schedule(Promise.resolve())),
            concurrency,
          );
          await scheduler.waitFor(listing);
          const expected = [...new Set(keys)].flatMap((k) => Array.from({ length: versionsOf(k) }, (_, i) => `${k} v${i}`));
          expect((await listing).seen).toEqual(expected.sort());
        },
      ),
      { numRuns: 120 },
    );
  });

  const N = 20_000;
  const hash = (n: number): string => createHash("md5").update(String(n)).digest("hex");
  const DISTRIBUTIONS: Record<string, (i: number) => string> = {
    "numbers under one prefix": (i) => `raw/part-${String(i).padStart(8, "0")}`,
    "random hex": hash,
    "a common prefix of 960 characters": (i) => `${"a/b/".repeat(240)}${String(i).padStart(8, "0")}`,
    "dates and hours": (i) => `lake/dt=2021-${String(1 + (i % 12)).padStart(2, "0")}-${String(1 + (i % 28)).padStart(2, "0")}/${hash(i)}`,
    "one tenant with nearly everything": (i) => (i % 500 === 0 ? hash(i) : `m/tenant=42/${i.toString(36)}`),
    "beyond ASCII": (i) => `文書/${String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))}𐐷${i}`,
  };
  for (const [name, keyOf] of Object.entries(DISTRIBUTIONS)) {
    it(`keeps dozens of requests at work: ${name}`, async () => {
      // All requests of a moment are answered together, so that a round is a round trip; alone it would take N / 100 of them.
      let waiting: (() => void)[] = [];
      let rounds = 0;
      const listing = list(
        bucketOf(
          Array.from({ length: N }, (_, i) => keyOf(i)),
          () => 1,
          100,
          () => new Promise((go) => waiting.push(go)),
        ),
        48,
      );
      let done = false;
      listing.finally(() => {
        done = true;
      });
      while (!done) {
        const answered = waiting;
        waiting = [];
        if (answered.length > 0) rounds++;
        for (const go of answered) go();
        await new Promise(setImmediate);
      }
      const { progress } = await listing;
      expect(progress.versions).toBe(N);
      expect(progress.atOnce).toBeGreaterThanOrEqual(24);
      expect(rounds).toBeLessThan(N / 100 / 5);
      expect(progress.requests).toBeLessThan((N / 100) * 6);
    });
  }

  it("asks little in vain where nothing can be cut: one key with thousands of versions", async () => {
    const { progress } = await list(
      bucketOf(
        ["the/only/key"],
        () => 3_000,
        10,
        async () => {},
      ),
      48,
    );
    expect(progress).toMatchObject({ versions: 3_000 });
    expect(progress.empty).toBeLessThan(30);
  });

  it("ends with the first request that fails, and says so", async () => {
    let requests = 0;
    const listPage: ListPage = async () => {
      if (++requests > 3) throw new Error("403 AccessDenied");
      return { versions: [], next: { key: `k${requests}` } };
    };
    await expect(list(listPage, 4)).rejects.toThrow("403 AccessDenied");
  });
});
