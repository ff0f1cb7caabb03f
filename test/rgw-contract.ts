// The contract of the object calls on a server that is not ours: the lean path and the SDK's give the same answers to the same random
// requests against a RADOS Gateway, on keys that break signers and URL parsers. Which gateway, the test file says.
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import {
  type AccessControlList,
  type Answer,
  leanObjectCalls,
  type ObjectAddress,
  type ObjectCalls,
  openSession,
  openWire,
  sdkObjectCalls,
} from "@quitclaim/aws";
import fc from "fast-check";
import { expect } from "vitest";
import { hardKey, hardKeys } from "../packages/aws/test/support/hard-keys.ts";
import type { Gateway } from "./servers/rgw.ts";

const BUCKET = "contract";

interface Pair {
  readonly lean: ObjectCalls;
  readonly sdk: ObjectCalls;
}

/** What has to be equal; messages are the SDK's own at times, request IDs never repeat. */
function comparable(answer: Answer<unknown>): unknown {
  if (answer.ok) return { ok: true, value: answer.value, httpStatus: answer.httpStatus };
  const { kind, code, httpStatus, unknownOutcome } = answer;
  return { ok: false, kind, code, httpStatus, unknownOutcome };
}

/** The second user uploads, the first owns the bucket. Answers what came of the calls: `kind` or "ok", by call. */
export async function holdToContract(gateway: Gateway, ownerClient: S3Client, uploader: S3Client, seed: number): Promise<Set<string>> {
  const [owner, ingest, partner] = gateway.users;
  if (owner === undefined || ingest === undefined || partner === undefined) throw new Error("three users are needed");
  await ownerClient.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await ownerClient.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } }));
  const allow = { Effect: "Allow", Principal: { AWS: [`arn:aws:iam:::user/${ingest.canonicalId}`] }, Action: ["s3:PutObject"] };
  const statement = { ...allow, Resource: [`arn:aws:s3:::${BUCKET}/*`] };
  await ownerClient.send(
    new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) }),
  );
  const objects: { key: string; versionId: string; etag: string }[] = [];
  for (const [index, key] of hardKeys.entries()) {
    const more = index % 2 === 0 ? { Metadata: { colour: "blue & green", odd: "a  b" }, CacheControl: "max-age=60" } : {};
    const put = await uploader.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: `content of ${key}`, ...more }));
    objects.push({ key, versionId: put.VersionId ?? "", etag: (put.ETag ?? "").replaceAll('"', "") });
  }

  const target = { region: gateway.region, endpoint: gateway.endpoint, forcePathStyle: true };
  const wire = openWire(target, { connections: 8 });
  const closing: { close(): void }[] = [];
  const pairs = [owner, ingest, partner].map(({ accessKeyId, secretAccessKey }): Pair => {
    const session = openSession({ kind: "keys", accessKeyId, secretAccessKey }, target);
    const sdk = sdkObjectCalls(target, { session });
    closing.push(sdk);
    return { lean: leanObjectCalls(wire, { session }), sdk };
  });
  const seen = new Set<string>();
  const note = (call: string, answer: Answer<unknown>): void => {
    seen.add(`${call} ${answer.ok ? "ok" : answer.kind}`);
  };

  const address = fc
    .record({
      which: fc.nat(),
      version: fc.constantFrom("none", "right", "right", "unknown"),
      missing: fc.option(hardKey, { freq: 6, nil: undefined }),
    })
    .map(({ which, version, missing }): { to: ObjectAddress; etag: string } => {
      const object = objects[which % objects.length] as (typeof objects)[number];
      const versionId = { none: undefined, right: object.versionId, unknown: "Zm9vYmFyZm9vYmFyZm9vYmFyZm9v" }[version];
      const to = { bucket: BUCKET, key: missing ?? object.key, ...(versionId === undefined ? {} : { versionId }) };
      return { to, etag: object.etag };
    });
  const who = fc.constantFrom(...pairs);
  const grant = fc.record({
    grantee: fc.constantFrom(
      { id: owner.canonicalId },
      { id: partner.canonicalId },
      { uri: "http://acs.amazonaws.com/groups/global/AllUsers" },
    ),
    permission: fc.constantFrom("FULL_CONTROL" as const, "READ" as const, "READ_ACP" as const, "WRITE_ACP" as const),
  });
  const bounded = (numRuns: number): fc.Parameters<unknown> => ({ seed, numRuns, endOnFailure: true });

  try {
    await fc.assert(
      fc.asyncProperty(address, who, fc.boolean(), async ({ to }, pair, head) => {
        const ask = (calls: ObjectCalls): Promise<Answer<unknown>> => (head ? calls.headObject(to) : calls.getObjectAcl(to));
        const [lean, sdk] = [await ask(pair.lean), await ask(pair.sdk)];
        note(head ? "HeadObject" : "GetObjectAcl", lean);
        expect(comparable(lean)).toEqual(comparable(sdk));
      }),
      bounded(300),
    );
    await fc.assert(
      fc.asyncProperty(
        address,
        who,
        fc.option(fc.uniqueArray(grant, { maxLength: 5, selector: (g) => JSON.stringify(g) })),
        fc.boolean(),
        async ({ to }, pair, grants, open) => {
          const own = { grantee: { id: ingest.canonicalId }, permission: "FULL_CONTROL" as const };
          const acl: AccessControlList | "bucket-owner-full-control" =
            grants === null ? "bucket-owner-full-control" : { ownerId: ingest.canonicalId, grants: [own, ...grants] };
          const reader = pairs[1] as Pair;
          // Whoever may write the ACL may take that away from itself: each call finds the same one.
          const base: AccessControlList = {
            ownerId: ingest.canonicalId,
            grants: [own, ...(open ? [{ ...own, grantee: { id: partner.canonicalId } }] : [])],
          };
          await reader.lean.putObjectAcl(to, base);
          const lean = await pair.lean.putObjectAcl(to, acl);
          const afterLean = await reader.sdk.getObjectAcl(to);
          await reader.lean.putObjectAcl(to, base);
          const sdk = await pair.sdk.putObjectAcl(to, acl);
          const afterSdk = await reader.lean.getObjectAcl(to);
          note("PutObjectAcl", lean);
          expect(comparable(lean)).toEqual(comparable(sdk));
          expect(comparable(afterLean)).toEqual(comparable(afterSdk));
        },
      ),
      bounded(150),
    );
    await fc.assert(
      fc.asyncProperty(address, who, hardKey, async ({ to, etag }, pair, key) => {
        const copy = (calls: ObjectCalls): Promise<Answer<unknown>> =>
          calls.copyObject({
            source: to,
            destination: { bucket: BUCKET, key: `copies/${key}`.slice(0, 200).toWellFormed() },
            sourceIfMatch: etag,
            storageClass: "STANDARD",
            acl: "bucket-owner-full-control",
            replace: { metadata: { team: "lake & sea" }, contentType: "text/plain" },
          });
        const [ours, theirs] = [await copy(pair.lean), await copy(pair.sdk)].map((answer) => {
          note("CopyObject", answer);
          if (!answer.ok) return comparable(answer);
          const value = answer.value as { etag: string };
          return { etag: value.etag, members: Object.keys(value).sort() };
        });
        expect(ours).toEqual(theirs);
      }),
      bounded(120),
    );
    return seen;
  } finally {
    for (const one of closing) one.close();
    await wire.close();
  }
}
