// Both implementations of ObjectCalls against the sandbox: the same calls have to be answered alike, value or refusal, and the lean ones
// have to reach the key that was meant. Some 900 random calls each way, and their reads back: thousands of requests.
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AccessControlList,
  type Answer,
  leanObjectCalls,
  type ObjectAddress,
  type ObjectCalls,
  openWire,
  sdkObjectCalls,
  type Wire,
} from "../src/index.ts";
import { hardKey, hardKeys } from "./support/hard-keys.ts";
import { openWorld, type World } from "./support/sandbox.ts";

const bucket = "contract";
const stranger = "f".repeat(64);
let world: World;
let wire: Wire;
/** Who signs: the bucket owner, the uploader, somebody else; and the uploader with a wrong expected owner. */
interface Pair {
  readonly lean: ObjectCalls;
  readonly sdk: ObjectCalls & { close(): void };
}
const pairs: Pair[] = [];
/** Objects of the uploader: each key's versions, newest last, and its ETag. */
const objects: { key: string; versionId: string; etag: string }[] = [];

beforeAll(async () => {
  world = await openWorld(bucket);
  wire = openWire(world.target, { connections: 16 });
  const owner = world.sandbox.accounts[0]?.accountId ?? "";
  for (const [session, expectedBucketOwner] of [
    [world.keys(0), owner],
    [world.keys(1), owner],
    [world.keys(2), owner],
    [world.keys(1), "999999999999"],
  ] as const) {
    pairs.push({
      lean: leanObjectCalls(wire, { session, expectedBucketOwner }),
      sdk: sdkObjectCalls(world.target, { session, expectedBucketOwner }),
    });
  }
  const uploader = world.client(world.keys(1));
  for (const [index, key] of hardKeys.entries()) {
    const put = await uploader.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: `content of ${key}`,
        ...(index % 3 === 0 ? { Metadata: { colour: "blue & green", "odd-one": "a  b" }, Tagging: "a=1&b=2" } : {}),
        ...(index % 3 === 1
          ? {
              ContentType: "text/plain; charset=utf-8",
              CacheControl: "max-age=60",
              ContentDisposition: 'attachment; filename="x"',
              ContentEncoding: "identity",
              ContentLanguage: "en",
              Expires: new Date(0),
              WebsiteRedirectLocation: "/else where",
            }
          : {}),
        ...(index % 3 === 2
          ? { StorageClass: index % 2 === 0 ? ("GLACIER" as const) : ("STANDARD_IA" as const), ServerSideEncryption: "AES256" as const }
          : {}),
      }),
    );
    objects.push({ key, versionId: put.VersionId ?? "", etag: put.ETag ?? "" });
  }
  const gone = await uploader.send(new PutObjectCommand({ Bucket: bucket, Key: "deleted", Body: "x" }));
  const marker = await uploader.send(new DeleteObjectCommand({ Bucket: bucket, Key: "deleted" }));
  objects.push({ key: "deleted", versionId: gone.VersionId ?? "", etag: gone.ETag ?? "" });
  objects.push({ key: "deleted", versionId: marker.VersionId ?? "", etag: '"0"' });
});

afterAll(async () => {
  for (const { sdk } of pairs) sdk.close();
  await wire?.close();
  await world?.close();
});

/** What has to be equal; messages are the SDK's own at times, request IDs never repeat. */
function comparable(answer: Answer<unknown>): unknown {
  if (answer.ok) return { ok: true, value: answer.value, httpStatus: answer.httpStatus };
  const { kind, code, httpStatus, unknownOutcome } = answer;
  return { ok: false, kind, code, httpStatus, unknownOutcome };
}

type Call = (calls: ObjectCalls) => Promise<Answer<unknown>>;

async function both(pair: Pair, call: Call): Promise<{ lean: Answer<unknown>; sdk: Answer<unknown> }> {
  return { lean: await call(pair.lean), sdk: await call(pair.sdk) };
}

const address = fc.record({
  which: fc.nat(),
  version: fc.constantFrom("none", "none", "right", "right", "null", "unknown", "garbled"),
  missing: fc.option(hardKey, { freq: 6, nil: undefined }),
  wrongBucket: fc.integer({ min: 0, max: 24 }).map((n) => n === 0),
});
type AddressChoice = typeof address extends fc.Arbitrary<infer T> ? T : never;

function chosen({ which, version, missing, wrongBucket }: AddressChoice): { to: ObjectAddress; etag: string } {
  const object = objects[which % objects.length];
  if (object === undefined) throw new Error("no objects");
  const versionId = {
    none: undefined,
    right: object.versionId,
    null: "null",
    unknown: "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy",
    garbled: "no such/version +%",
  }[version];
  const to = {
    bucket: wrongBucket ? "no-such-bucket-here" : bucket,
    key: missing ?? object.key,
    ...(versionId === undefined ? {} : { versionId }),
  };
  return { to, etag: object.etag };
}

const grant = fc.record({
  grantee: fc.oneof(
    fc.constant({ uri: "http://acs.amazonaws.com/groups/global/AllUsers" }),
    fc.constantFrom(0, 1, 2).map((account) => ({ account })),
    fc.constant({ id: stranger }),
    fc.constant({ id: "<nobody & 'nothing'>" }),
  ),
  permission: fc.constantFrom("FULL_CONTROL" as const, "READ" as const, "READ_ACP" as const, "WRITE_ACP" as const),
});

describe("the two implementations of the object calls", () => {
  it("answer GetObjectAcl and HeadObject alike, whoever asks for whichever version", async () => {
    await fc.assert(
      fc.asyncProperty(address, fc.nat(3), fc.boolean(), async (choice, who, head) => {
        const { to } = chosen(choice);
        const { lean, sdk } = await both(pairs[who] as Pair, (calls) => (head ? calls.headObject(to) : calls.getObjectAcl(to)));
        expect(comparable(lean)).toEqual(comparable(sdk));
      }),
      { numRuns: 500 },
    );
  });

  it("answer PutObjectAcl alike, canned and full, and leave the same ACL", async () => {
    await fc.assert(
      fc.asyncProperty(
        address,
        fc.nat(3),
        fc.option(fc.array(grant, { maxLength: 5 })),
        fc.integer({ min: 0, max: 9 }),
        fc.boolean(),
        async (choice, who, grants, slip, open) => {
          const { to } = chosen(choice);
          const canonical = (account: number) => world.sandbox.accounts[account]?.canonicalId ?? "";
          const acl: AccessControlList | "bucket-owner-full-control" =
            grants === null
              ? "bucket-owner-full-control"
              : {
                  ownerId: slip === 0 ? stranger : canonical(1),
                  grants: grants.map(({ grantee, permission }) => ({
                    permission,
                    grantee: "account" in grantee ? { id: canonical(grantee.account) } : grantee,
                  })),
                };
          const uploader = pairs[1] as Pair;
          // Whoever may write the ACL may take that away from itself: each call finds the same one.
          const base: AccessControlList = {
            ownerId: canonical(1),
            grants: [0, ...(open ? [2] : [])].map((account) => ({ grantee: { id: canonical(account) }, permission: "FULL_CONTROL" })),
          };
          await uploader.lean.putObjectAcl(to, base);
          const { lean } = await both(pairs[who] as Pair, async (calls) => calls.putObjectAcl(to, acl));
          const afterLean = await uploader.sdk.getObjectAcl(to);
          await uploader.lean.putObjectAcl(to, base);
          const again = await (pairs[who] as Pair).sdk.putObjectAcl(to, acl);
          const afterSdk = await uploader.lean.getObjectAcl(to);
          expect(comparable(lean)).toEqual(comparable(again));
          expect(comparable(afterLean)).toEqual(comparable(afterSdk));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("answer CopyObject alike: done, changed, gone, archived and denied", async () => {
    const seen = new Set<string>();
    const wrong = "00000000000000000000000000000000";
    async function copiedAlike(who: number, to: ObjectAddress, source: string, destination?: string): Promise<void> {
      const { lean, sdk } = await both(pairs[who] as Pair, (calls) =>
        calls.copyObject({
          source: to,
          destination: { bucket: to.bucket, key: to.key },
          sourceIfMatch: source,
          ...(destination === undefined ? {} : { destinationIfMatch: destination }),
          storageClass: "STANDARD",
          encryption: { algorithm: "AES256" },
          websiteRedirect: "/elsewhere",
          acl: "bucket-owner-full-control",
        }),
      );
      // Two copies have two versions and two times.
      const [ours, theirs] = [lean, sdk].map((answer) => {
        seen.add(answer.ok ? "copied" : answer.kind);
        if (!answer.ok) return comparable(answer);
        const value = answer.value as { etag: string };
        return { etag: value.etag, members: Object.keys(value).sort() };
      });
      expect(ours).toEqual(theirs);
    }
    for (const { key, versionId, etag } of objects) {
      await copiedAlike(1, { bucket, key, versionId }, etag, etag);
      await copiedAlike(1, { bucket, key, versionId }, wrong);
      await copiedAlike(1, { bucket, key }, etag, wrong);
    }
    await fc.assert(
      fc.asyncProperty(
        address,
        fc.nat(3),
        fc.boolean(),
        fc.constantFrom(undefined, "right", "wrong"),
        async (choice, who, right, destination) => {
          const { to, etag } = chosen(choice);
          await copiedAlike(who, to, right ? etag : wrong, destination === "right" ? etag : destination === "wrong" ? wrong : undefined);
        },
      ),
      { numRuns: 200 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(["copied", "precondition", "archived", "gone"]));
  });

  it("answer UpdateObjectEncryption alike", async () => {
    const [owned, foreign] = [0, 1].map((account) => world.sandbox.accounts[account]?.kmsKeys[0]?.arn ?? "");
    for (const pair of pairs) {
      for (const object of objects.slice(0, 9)) {
        for (const kmsKeyArn of [owned, foreign, "arn:aws:kms:us-east-1:111122223333:key/none"]) {
          const { lean, sdk } = await both(pair, (calls) =>
            calls.updateObjectEncryption(
              { bucket, key: object.key, versionId: object.versionId },
              { kmsKeyArn: kmsKeyArn as string, bucketKey: true },
            ),
          );
          expect(comparable(lean)).toEqual(comparable(sdk));
        }
      }
    }
  });

  it("reach exactly the key that was meant, for every hard key", async () => {
    const { lean } = pairs[1] as Pair;
    const before = world.sandbox.writes().at(-1)?.seq ?? 0;
    for (const { key, versionId } of objects.slice(0, hardKeys.length)) {
      expect(await lean.putObjectAcl({ bucket, key, versionId }, "bucket-owner-full-control")).toMatchObject({ ok: true });
    }
    const written = world.sandbox.writes(before);
    expect(written.map(({ key }) => key)).toEqual(hardKeys);
    expect(written.map(({ versionId }) => versionId)).toEqual(objects.slice(0, hardKeys.length).map(({ versionId }) => versionId));
  });
});
