/** Listings: UTF-8 byte order, prefixes, delimiters, markers, pages, encoding, owners; checked against a plain model. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyAcl } from "../../src/acl/acl.ts";
import { plainAttributes } from "../../src/store/attributes.ts";
import type { Bucket as StoreBucket } from "../../src/store/bucket.ts";
import { emptyContent } from "../../src/store/content.ts";
import { noTags } from "../../src/store/intern.ts";
import { ObjectVersion } from "../../src/store/object.ts";
import { type Bench, openTo, startBench } from "./harness.ts";

let bench: Bench;
let client: S3Client;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  client = bench.as(bench.owner);
});
afterAll(() => bench.close());

async function bucket(): Promise<string> {
  const Bucket = `listing-${++count}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** Puts versions into the store as they stand; the ids of each key, newest first. */
function seed(Bucket: string, keys: readonly string[], newId: () => string = () => "null"): Map<string, string[]> {
  const store = bench.sandbox.store.bucket(Bucket) as StoreBucket;
  const ids = new Map<string, string[]>();
  for (const key of keys) {
    const versionId = newId();
    ids.set(key, [versionId, ...(ids.get(key) ?? [])]);
    store.insert(
      new ObjectVersion({
        key,
        versionId,
        owner: bench.owner.canonicalId,
        acl: emptyAcl,
        content: emptyContent,
        etag: "d41d8cd98f00b204e9800998ecf8427e",
        lastModified: Date.now(),
        attributes: plainAttributes,
        storageClass: "STANDARD",
        encryption: { kind: "SSE-S3" },
        tags: noTags,
      }),
    );
  }
  return ids;
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** All pages of ListObjectsV2. */
async function all(Bucket: string, more: object): Promise<{ keys: string[]; prefixes: string[]; pages: number }> {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let ContinuationToken: string | undefined;
  let pages = 0;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken, ...more }));
    pages++;
    keys.push(...(page.Contents ?? []).map((object) => object.Key as string));
    prefixes.push(...(page.CommonPrefixes ?? []).map((one) => one.Prefix as string));
    expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
    ContinuationToken = page.NextContinuationToken;
    expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
  } while (ContinuationToken !== undefined);
  return { keys, prefixes, pages };
}

describe("ListObjectsV2", () => {
  it("lists in byte order, beyond the basic plane too", async () => {
    const name = await bucket();
    const keys = ["b", "a", "Z", "é", "\uff5e", "😀", "a/b", "a b", "10", "9"];
    seed(name, keys);
    expect((await all(name, {})).keys).toEqual([...keys].sort(byteOrder));
  });

  it("rolls up, pages and starts after", async () => {
    const name = await bucket();
    seed(name, ["a/1", "a/2", "b", "c/1", "c/2/3", "d"]);
    expect(await all(name, { Delimiter: "/" })).toMatchObject({ keys: ["b", "d"], prefixes: ["a/", "c/"], pages: 1 });
    expect(await all(name, { Delimiter: "/", MaxKeys: 1 })).toMatchObject({ keys: ["b", "d"], prefixes: ["a/", "c/"], pages: 4 });
    expect(await all(name, { Prefix: "c/", Delimiter: "/" })).toMatchObject({ keys: ["c/1"], prefixes: ["c/2/"] });
    expect(await all(name, { StartAfter: "b" })).toMatchObject({ keys: ["c/1", "c/2/3", "d"] });
    expect(await all(name, { StartAfter: "a/", Delimiter: "/" })).toMatchObject({ keys: ["b", "d"], prefixes: ["c/"] });
    expect(await all(name, { Prefix: "zzz" })).toMatchObject({ keys: [], pages: 1 });
    expect((await client.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 0 }))).IsTruncated).toBe(false);
  });

  it("agrees with a plain model for random keys, prefixes, delimiters and page sizes", async () => {
    const piece = fc.constantFrom("a", "b", "/", "//", "é", "😀", "\uff5e", " ", "+", "%");
    const key = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 40 }),
        fc.array(piece, { maxLength: 2 }).map((pieces) => pieces.join("")),
        fc.option(fc.constantFrom("/", "a", "😀"), { nil: undefined }),
        fc.integer({ min: 1, max: 10 }),
        async (keys, prefix, delimiter, max) => {
          const name = await bucket();
          seed(name, keys);
          const wanted = { keys: [] as string[], prefixes: [] as string[] };
          for (const one of [...keys].sort(byteOrder).filter((k) => k.startsWith(prefix))) {
            const at = delimiter === undefined ? -1 : one.indexOf(delimiter, prefix.length);
            const common = at < 0 ? undefined : one.slice(0, at + (delimiter as string).length);
            if (common === undefined) wanted.keys.push(one);
            else if (!wanted.prefixes.includes(common)) wanted.prefixes.push(common);
          }
          const got = await all(name, { Prefix: prefix, Delimiter: delimiter, MaxKeys: max });
          expect({ keys: got.keys, prefixes: got.prefixes }).toEqual(wanted);
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  }, 20_000);

  it("keeps its order while keys come and go", async () => {
    const name = await bucket();
    const keys = Array.from({ length: 300 }, (_, n) => `k${(n * 7919) % 1000}`);
    seed(name, keys);
    const store = bench.sandbox.store.bucket(name) as StoreBucket;
    await all(name, {});
    for (const key of keys.slice(0, 150)) store.remove(key, "null");
    seed(name, ["k5000", "k1", ...keys.slice(0, 20)]);
    const wanted = [...new Set([...keys.slice(150), "k5000", "k1", ...keys.slice(0, 20)])].sort(byteOrder);
    expect((await all(name, { MaxKeys: 37 })).keys).toEqual(wanted);
  });

  it("tells owners only when asked, and encodes keys only when asked", async () => {
    const name = await bucket();
    await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy: openTo(name, bench.uploader) }));
    await bench.as(bench.uploader).send(new PutObjectCommand({ Bucket: name, Key: "a b+c%/ü", Body: "x" }));
    const plain = await client.send(new ListObjectsV2Command({ Bucket: name }));
    expect([plain.Contents?.[0]?.Key, plain.Contents?.[0]?.Owner]).toEqual(["a b+c%/ü", undefined]);
    const asked = await client.send(new ListObjectsV2Command({ Bucket: name, FetchOwner: true, EncodingType: "url" }));
    expect([asked.Contents?.[0]?.Key, asked.Contents?.[0]?.Owner?.ID]).toEqual(["a+b%2Bc%25/%C3%BC", bench.uploader.canonicalId]);
  });
});

describe("ListObjects", () => {
  it("tells owners always, and the next marker only with a delimiter", async () => {
    const name = await bucket();
    seed(name, ["a/1", "b", "c"]);
    const plain = await client.send(new ListObjectsCommand({ Bucket: name, MaxKeys: 1 }));
    expect([plain.IsTruncated, plain.NextMarker, plain.Contents?.[0]?.Owner?.ID]).toEqual([true, undefined, bench.owner.canonicalId]);
    const next = await client.send(new ListObjectsCommand({ Bucket: name, Marker: "a/1" }));
    expect(next.Contents?.map((object) => object.Key)).toEqual(["b", "c"]);
    const rolled = await client.send(new ListObjectsCommand({ Bucket: name, MaxKeys: 1, Delimiter: "/" }));
    expect([rolled.NextMarker, rolled.CommonPrefixes?.[0]?.Prefix]).toEqual(["a/", "a/"]);
    const after = await client.send(new ListObjectsCommand({ Bucket: name, Delimiter: "/", Marker: "a/" }));
    expect([after.Contents?.map((object) => object.Key), after.CommonPrefixes]).toEqual([["b", "c"], undefined]);
  });
});

describe("ListObjectVersions", () => {
  it("pages through versions and markers of a key, also when the marked version is gone meanwhile", async () => {
    const name = await bucket();
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: "Enabled" } }));
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.unshift((await client.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: `${n}` }))).VersionId as string);
    }
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    await client.send(new PutObjectCommand({ Bucket: name, Key: "other", Body: "x" }));
    const first = await client.send(new ListObjectVersionsCommand({ Bucket: name, MaxKeys: 3 }));
    expect([first.DeleteMarkers?.length, first.Versions?.map((one) => one.VersionId)]).toEqual([1, ids.slice(0, 2)]);
    expect([first.NextKeyMarker, first.NextVersionIdMarker]).toEqual(["k", ids[1]]);
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k", VersionId: ids[1] }));
    const second = await client.send(new ListObjectVersionsCommand({ Bucket: name, KeyMarker: "k", VersionIdMarker: ids[1] }));
    expect(second.Versions?.map((one) => [one.Key, one.IsLatest])).toEqual([
      ["k", false],
      ["k", false],
      ["k", false],
      ["other", true],
    ]);
    expect(second.Versions?.[0]?.VersionId).toBe(ids[2]);
    const rolled = await client.send(new ListObjectVersionsCommand({ Bucket: name, Delimiter: "t" }));
    expect(rolled.CommonPrefixes?.map((one) => one.Prefix)).toEqual(["ot"]);
  });
});

describe("ListObjectVersions, page by page,", () => {
  it("agrees with a plain model for random versions, prefixes, delimiters and page sizes", async () => {
    const piece = fc.constantFrom("a", "b", "/", "//", "é", "😀", "&", " ");
    const key = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 30 }),
        fc.array(piece, { maxLength: 2 }).map((pieces) => pieces.join("")),
        fc.option(fc.constantFrom("/", "a", "😀"), { nil: undefined }),
        fc.integer({ min: 1, max: 7 }),
        async (writes, prefix, delimiter, max) => {
          const name = await bucket();
          const ids = seed(name, writes, () => bench.sandbox.store.newVersionId());
          const wanted: string[] = [];
          for (const one of [...ids.keys()].sort(byteOrder).filter((k) => k.startsWith(prefix))) {
            const at = delimiter === undefined ? -1 : one.indexOf(delimiter, prefix.length);
            const common = at < 0 ? undefined : one.slice(0, at + (delimiter as string).length);
            if (common === undefined) wanted.push(...(ids.get(one) ?? []).map((id, nth) => `${one} ${id} ${nth === 0}`));
            else if (!wanted.includes(common)) wanted.push(common);
          }
          const got: string[] = [];
          let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
          while (next !== undefined) {
            const page: ListObjectVersionsCommandOutput = await client.send(
              new ListObjectVersionsCommand({ Bucket: name, Prefix: prefix, Delimiter: delimiter, MaxKeys: max, ...next }),
            );
            expect((page.Versions?.length ?? 0) + (page.CommonPrefixes?.length ?? 0)).toBeLessThanOrEqual(max);
            got.push(...(page.Versions ?? []).map((one) => `${one.Key} ${one.VersionId} ${one.IsLatest}`));
            got.push(...(page.CommonPrefixes ?? []).map((one) => one.Prefix as string));
            next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
          }
          expect(got.sort()).toEqual(wanted.sort());
        },
      ),
      { numRuns: 50, seed: 12 },
    );
  }, 20_000);
});

describe("ListBuckets", () => {
  it("tells the sender's canonical ID and own buckets", async () => {
    const name = await bucket();
    const own = await client.send(new ListBucketsCommand({}));
    expect(own.Owner?.ID).toBe(bench.owner.canonicalId);
    expect(own.Buckets?.map((one) => one.Name)).toContain(name);
    const other = await bench.as(bench.third).send(new ListBucketsCommand({}));
    expect([other.Owner?.ID, other.Buckets]).toEqual([bench.third.canonicalId, []]);
  });
});
