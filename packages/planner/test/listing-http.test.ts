// Listing a real server over HTTP: random keys and versions through XML, URL encoding and page borders, with dozens of requests in flight.
import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { LISTING_BYTES_MAX, leanListingCalls, openSession, openWire } from "@quitclaim/aws";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listVersions, Pace, versionLister } from "../src/index.ts";
import type { ListedVersion, ListPage } from "../src/listing/page.ts";
import { hardKey } from "./fixture/hard-keys.ts";

let sandbox: Sandbox;
let s3: S3Client;
let owner: AccountSpec;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 3, fill: { objects: 20_000, bucket: "filled" } });
  owner = sandbox.accounts[0] as AccountSpec;
  const { accessKeyId, secretAccessKey } = owner;
  s3 = new S3Client({
    region: sandbox.region,
    endpoint: sandbox.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
});
afterAll(async () => {
  s3.destroy();
  await sandbox.close();
});

async function list(endpoint: string, bucket: string, concurrency: number, pageSize = 1_000, requestsPerSecond = 100_000) {
  const { accessKeyId, secretAccessKey } = owner;
  const wire = openWire(
    { region: sandbox.region, endpoint, forcePathStyle: true },
    { connections: concurrency, answerBytesMax: LISTING_BYTES_MAX },
  );
  const session = openSession({ kind: "keys", accessKeyId, secretAccessKey }, { region: sandbox.region, endpoint });
  const pace = new Pace({ requestsPerSecond, atOnce: concurrency });
  const page = versionLister(leanListingCalls(wire, { session, expectedBucketOwner: owner.accountId }), { bucket, pace });
  const listPage: ListPage = (after, signal, most = pageSize) => page(after, signal, Math.min(most, pageSize));
  const seen: ListedVersion[] = [];
  try {
    const progress = await listVersions<ListedVersion>({
      listPage,
      concurrency,
      signal: new AbortController().signal,
      complete: (versions) => versions,
      onVersions: async (versions) => {
        seen.push(...versions);
      },
    });
    return { progress, seen };
  } finally {
    await wire.close();
  }
}

const nameOf = (v: { key: string; versionId: string; isDeleteMarker: boolean; isLatest: boolean }): string =>
  JSON.stringify([v.key, v.versionId, v.isDeleteMarker, v.isLatest]);

interface Written {
  readonly key: string;
  readonly versions: number;
  readonly deleted: boolean;
}

describe("listing over HTTP", () => {
  it("finds every version and delete marker of every key exactly once", async () => {
    const written = fc.record<Written>({
      key: hardKey,
      versions: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 6 })),
      deleted: fc.boolean(),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(written, { maxLength: 30, selector: (w) => w.key }),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        async (contents, versioned, pageSize, concurrency) => {
          const bucket = `random-${number++}`;
          await s3.send(new CreateBucketCommand({ Bucket: bucket }));
          if (versioned) await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
          const expected: string[] = [];
          await Promise.all(
            contents.map(async ({ key, versions, deleted }) => {
              const made: { versionId: string; isDeleteMarker: boolean }[] = [];
              const times = versioned ? versions : 1;
              for (let i = 0; i < times; i++) {
                const put = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "x" }));
                made.push({ versionId: put.VersionId ?? "null", isDeleteMarker: false });
              }
              if (versioned && deleted) {
                const marker = await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
                made.push({ versionId: marker.VersionId ?? "", isDeleteMarker: true });
              }
              for (const one of made) expected.push(nameOf({ key, ...one, isLatest: one === made.at(-1) }));
            }),
          );
          const { seen } = await list(sandbox.endpoint, bucket, concurrency, pageSize);
          expect(seen.map(nameOf).sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 50 },
    );
  });

  it("has dozens of requests in flight, as a proxy in between counts them, and misses nothing of a filled bucket", async () => {
    let inFlight = 0;
    let most = 0;
    // Holds each request for a moment, as a network does; the answers pass through as they are.
    const proxy: Server = createServer((incoming, outgoing) => {
      most = Math.max(most, ++inFlight);
      outgoing.on("close", () => inFlight--);
      setTimeout(() => {
        const { method, url: path, headers } = incoming;
        incoming.pipe(
          forward({ host: "127.0.0.1", port: sandbox.port, method, path, headers }, (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(outgoing);
          }),
        );
      }, 20);
    });
    await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
    try {
      const { progress, seen } = await list(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, "filled", 48, 100);
      expect(new Set(seen.map(nameOf)).size).toBe(20_000);
      expect(progress.versions).toBe(20_000);
      expect(most).toBeGreaterThanOrEqual(24);
      expect(most).toBeLessThanOrEqual(48);
    } finally {
      proxy.closeAllConnections();
      await new Promise((closed) => proxy.close(closed));
    }
  });

  it("goes on where the server says SlowDown, fails, or hangs up", async () => {
    sandbox.faults.set({
      scope: { ops: ["ListObjectVersions"] },
      refusal: { code: "SlowDown", status: 503, probability: 0.05 },
      internalError: { before: 0.05 },
      reset: { before: 0.05 },
    });
    try {
      const { progress } = await list(sandbox.endpoint, "filled", 24, 400);
      expect(progress.versions).toBe(20_000);
    } finally {
      sandbox.faults.set({});
    }
    expect(sandbox.stats().ListObjectVersions?.["503 SlowDown"]).toBeGreaterThan(0);
  });

  it("ends with a sentence where it is refused", async () => {
    await expect(list(sandbox.endpoint, "no-such-bucket", 4)).rejects.toMatchObject({
      name: "PlanError",
      code: "listing-refused",
      message: expect.stringMatching(/Listing no-such-bucket failed at its start \(404 NoSuchBucket.*Correct bucket\.name/),
    });
  });
});
