// What the verdict says of the plan and its work, and what it could not read.
import { DeleteBucketPolicyCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { fence, preflight, preflightLines, readPreflight } from "../src/index.ts";
import { allow, done, finding, look, planned, scene, usesScene } from "./support/preflight.ts";

usesScene();

describe("preflight", () => {
  it("finds nothing in the way of a fenced bucket whose work is done, and writes that down", async () => {
    const place = await scene.bucket();
    await fence(place.target, place.store);
    await planned(place, [done]);
    const verdict = await look(place);
    expect(verdict.ok).toBe(true);
    expect(verdict.findings.filter((f) => f.severity === "blocking")).toEqual([]);
    expect(await readPreflight(place.store)).toEqual(verdict);
    expect(preflightLines(verdict).at(-1)).toBe(`${place.name} can be switched: nothing stands in the way`);
  });

  it("wants a plan, and nothing takes its place", async () => {
    const place = await scene.bucket();
    expect(await finding(place, "no-plan", { accept: ["no-plan"] })).toMatchObject({ severity: "blocking", acceptable: false });
    await planned(place, [done]);
    expect(await finding(place, "no-plan")).toBeUndefined();
  });

  it("stops at unfinished work, which nobody can accept", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", op: "copy" }]);
    const verdict = await look(place, { accept: ["unfinished-work"] });
    expect(verdict.findings.find((f) => f.id === "unfinished-work")).toMatchObject({ severity: "blocking", acceptable: false });
    expect(verdict.acceptedInVain).toEqual(["unfinished-work"]);
    expect(verdict.ok).toBe(false);
    await planned(place, [done, { key: "b", op: "copy", outcome: "copied" }]);
    expect(await finding(place, "unfinished-work")).toBeUndefined();
  });

  it("does not take grants that nobody could see for grants that are not there", async () => {
    const place = await scene.bucket();
    await planned(place, [done], { columnsAbsent: ["ETag", "ObjectAccessControlList"] });
    const unknown = await finding(place, "unknown-grants");
    expect(unknown).toMatchObject({ severity: "blocking", acceptable: true });
    expect(unknown?.evidence[0]).toContain("has no ObjectAccessControlList");
    expect((await look(place)).ok).toBe(false);
    expect((await finding(place, "unknown-grants", { accept: ["unknown-grants"] }))?.accepted).toBe(true);
    await planned(place, [done], { columnsAbsent: ["ETag"], grantsUnknown: { objects: 3, ownedByBucketOwner: 2 } });
    expect(await finding(place, "unknown-grants")).toMatchObject({
      severity: "warning",
      evidence: ["the report does not tell the ACL of 3 objects", "2 of them are the bucket owner's own"],
    });
    await planned(place, [done], { columnsAbsent: ["ETag"] });
    expect(await finding(place, "unknown-grants")).toBeUndefined();
  });

  it("names failures by code; failed grants can be accepted, failed re-encryption cannot", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", outcome: "failed", code: "AccessDenied" }]);
    const failed = await finding(place, "failed-work", { accept: ["failed-work"] });
    expect(failed).toMatchObject({ accepted: true, evidence: [expect.stringContaining("1 AccessDenied")] });
    await planned(place, [{ key: "b", op: "reencrypt", outcome: "failed", code: "InvalidRequest" }]);
    expect((await finding(place, "failed-work", { accept: ["failed-work"] }))?.accepted).toBeUndefined();
    await planned(place, [done]);
    expect(await finding(place, "failed-work")).toBeUndefined();
  });

  it("tells of changed, vanished and held objects without standing in the way", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", outcome: "changed" }, { key: "c", outcome: "vanished" }], {
      held: { "anonymous-owner": 2, "sse-c": 1 },
    });
    const { findings, ok } = await look(place);
    expect(ok).toBe(true);
    expect(findings.find((f) => f.id === "changed-objects")?.severity).toBe("warning");
    expect(findings.find((f) => f.id === "vanished-objects")?.severity).toBe("note");
    expect(findings.find((f) => f.id === "held-objects")?.evidence).toEqual([
      expect.stringMatching(/^anonymous-owner: 2/),
      expect.stringMatching(/^sse-c: 1/),
    ]);
  });

  it("minds the inventory's age, which can be accepted", async () => {
    const place = await scene.bucket();
    await planned(place, [done], { reportCreated: new Date(Date.now() - 100 * 3_600_000).toISOString() });
    expect(await finding(place, "old-inventory")).toMatchObject({ severity: "blocking", title: "The inventory is 100 hours old" });
    expect((await look(place, { accept: ["old-inventory"] })).ok).toBe(true);
    expect(await finding(place, "old-inventory", { inventoryAgeHours: 200 })).toBeUndefined();
  });

  it("sees a report without versions of a bucket with versions", async () => {
    const place = await scene.bucket({ versioned: true });
    await planned(place, [done]);
    expect(await finding(place, "current-only-inventory")).toMatchObject({ severity: "warning" });
    await planned(place, [{ ...done, version: "null" }]);
    expect(await finding(place, "current-only-inventory")).toBeUndefined();
  });

  it("says what it could not read, and stops where that is the way back", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const deny = (action: string): object => ({
      Sid: "Blind",
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${scene.owner.accountId}:root` },
      Action: action,
      Resource: `arn:aws:s3:::${place.name}`,
    });
    await allow(place, deny("s3:GetReplicationConfiguration"));
    expect(await finding(place, "unread-settings")).toMatchObject({
      severity: "warning",
      evidence: [expect.stringContaining("s3:GetReplicationConfiguration")],
    });
    await allow(place, deny("s3:GetBucketAcl"));
    expect(await finding(place, "unread-settings")).toMatchObject({ severity: "blocking", acceptable: false });
    await scene.as(scene.owner).send(new DeleteBucketPolicyCommand({ Bucket: place.name }));
    expect(await finding(place, "unread-settings")).toBeUndefined();
  });

  it("asks a server without ownership controls for none, and says that there is nothing to switch", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const before = JSON.stringify(scene.sandbox.stats()).match(/OwnershipControls[^}]*/g);
    const verdict = await preflight({ ...place.target, dialect: "rgw" }, place.store, { inventoryAgeHours: 72 });
    expect(verdict.findings[0]).toMatchObject({ id: "no-ownership-controls", severity: "blocking", acceptable: false });
    expect(JSON.stringify(scene.sandbox.stats()).match(/OwnershipControls[^}]*/g)).toEqual(before);
  });
});
