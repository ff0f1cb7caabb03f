import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectAclCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { canonicalId, formatGrants } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OnProgress, verify, verifyLines } from "../src/index.ts";
import { type PlannedObject, writePlan } from "./support/plan.ts";
import { openScene, type Place, put, type Scene } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const plan = (place: Place, objects: readonly PlannedObject[]): Promise<void> =>
  writePlan(place.store, { bucket: place.name, owner: scene.owner, objects: new Map([[scene.uploaders[0], objects]]) });

const grantsFor = (...readers: string[]): string =>
  formatGrants([
    { id: canonicalId(scene.uploaders[0].canonicalId), permission: "FULL_CONTROL" },
    { id: canonicalId(scene.owner.canonicalId), permission: "FULL_CONTROL" },
    ...readers.map((id) =>
      id.startsWith("http") ? { uri: id, permission: "READ" as const } : { id: canonicalId(id), permission: "READ" as const },
    ),
  ]);

describe("verify", () => {
  it("proves grants, third-party grants, copies and versions before the switch", async () => {
    const place = await scene.bucket({ versioned: true });
    const theirs = scene.as(scene.uploaders[0]);
    const old = await put(theirs, place.name, "a", "bucket-owner-full-control");
    await put(theirs, place.name, "a");
    const merged = await put(theirs, place.name, "merged");
    const full = [`id=${scene.owner.canonicalId}`, `id=${scene.uploaders[0].canonicalId}`].join(",");
    const reader = `id=${scene.outsider.canonicalId}`;
    await theirs.send(new PutObjectAclCommand({ Bucket: place.name, Key: "merged", GrantFullControl: full, GrantRead: reader }));
    const copy = await put(scene.as(scene.owner), place.name, "copied");
    await plan(place, [
      { key: "a", version: old, isLatest: false, outcome: "granted" },
      { key: "merged", version: merged, outcome: "granted", grants: grantsFor(scene.outsider.canonicalId) },
      { key: "copied", version: "older", op: "copy", outcome: "copied", newVersion: copy },
      { key: "failed", op: "reencrypt", outcome: "failed", code: "AccessDenied" },
    ]);
    const told: Parameters<OnProgress>[0][] = [];
    const result = await verify(place.target, place.store, { onProgress: (p) => told.push(p) });
    expect(result).toMatchObject({ instrument: "acl", state: "done", checked: 3, ok: 3, wrongTotal: 0 });
    expect(told[0]?.what).toBe("verifying as the bucket owner");
    expect(await verify(place.target, place.store, { sample: "all" })).toMatchObject({ checked: 3, ok: 3 });
    expect((await verify(place.target, place.store, { sample: 1 })).checked).toBe(2);
  });

  it("catches what is not as the ledger says, object by object", async () => {
    const place = await scene.bucket();
    const theirs = scene.as(scene.uploaders[0]);
    await put(theirs, place.name, "never-granted");
    await put(theirs, place.name, "lost-reader", "bucket-owner-full-control");
    await put(theirs, place.name, "not-ours", "bucket-owner-full-control");
    await put(theirs, place.name, "deleted", "bucket-owner-full-control");
    await scene.as(scene.owner).send(new DeleteObjectCommand({ Bucket: place.name, Key: "deleted" }));
    await plan(place, [
      { key: "never-granted", outcome: "granted" },
      { key: "lost-reader", outcome: "granted", grants: grantsFor(scene.outsider.canonicalId) },
      { key: "deleted", outcome: "granted" },
      { key: "not-ours", op: "copy", outcome: "copied" },
    ]);
    const result = await verify(place.target, place.store);
    expect(result).toMatchObject({ state: "failed", checked: 4, ok: 0, gone: 1, wrongTotal: 3 });
    const problems = new Map(result.wrong.map((w) => [w.key, w.problems.join(" ")]));
    expect(problems.get("never-granted")).toMatch(/HeadObject.*403/);
    expect(problems.get("lost-reader")).toContain(`the grant READ to ${scene.outsider.canonicalId} is missing`);
    expect(problems.get("not-ours")).toMatch(/its owner is/);
    expect(verifyLines(result).join("\n")).toContain("wrong: lost-reader, granted");
  });

  it("does not miss public grants that Block Public Access hides", async () => {
    const place = await scene.bucket();
    const group = "http://acs.amazonaws.com/groups/global/AllUsers";
    await put(scene.as(scene.uploaders[0]), place.name, "a", "bucket-owner-full-control");
    await plan(place, [{ key: "a", outcome: "granted", grants: grantsFor(group) }]);
    expect((await verify(place.target, place.store)).wrongTotal).toBe(1);
    const block = { IgnorePublicAcls: true, BlockPublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false };
    await scene.as(scene.owner).send(new PutPublicAccessBlockCommand({ Bucket: place.name, PublicAccessBlockConfiguration: block }));
    expect(await verify(place.target, place.store)).toMatchObject({ wrongTotal: 0, publicGrantsHidden: true });
  });

  it("calls no ACL a proof once ACLs are disabled, and reads instead", async () => {
    const place = await scene.bucket();
    const [uploader] = scene.uploaders;
    await put(scene.as(uploader), place.name, "bare");
    const key = uploader.kmsKeys[0]?.arn;
    await put(scene.as(uploader), place.name, "sealed", undefined, { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key });
    await plan(place, [
      { key: "bare", outcome: "granted" },
      { key: "sealed", outcome: "granted" },
    ]);
    expect((await verify(place.target, place.store)).wrongTotal).toBe(2);
    const enforced = { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] };
    await scene.as(scene.owner).send(new PutBucketOwnershipControlsCommand({ Bucket: place.name, OwnershipControls: enforced }));
    const result = await verify(place.target, place.store);
    expect(result).toMatchObject({ instrument: "reads", checked: 2, ok: 1, kms: 1, wrongTotal: 0 });
    expect(verifyLines(result)[0]).toContain("by reading them");
  });

  it("works on a server without ownership controls, sending it none, and wants a plan", async () => {
    const place = await scene.bucket();
    await expect(verify(place.target, place.store)).rejects.toMatchObject({ reason: "no-plan" });
    await put(scene.as(scene.uploaders[0]), place.name, "a", "bucket-owner-full-control");
    await plan(place, [{ key: "a", outcome: "granted" }]);
    expect(await verify({ ...place.target, dialect: "rgw" }, place.store)).toMatchObject({ instrument: "acl", ok: 1 });
    expect((await scene.as(scene.owner).send(new GetBucketPolicyCommand({ Bucket: place.name }))).Policy).toBe(place.policy);
  });
});
