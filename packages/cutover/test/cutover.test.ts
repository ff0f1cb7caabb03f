import {
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyAnswer,
  type CutoverOptions,
  cutover,
  cutoverLines,
  fence,
  readAnswers,
  readSwitch,
  rollback,
  rollbackLines,
  unfence,
} from "../src/index.ts";
import { type PlannedObject, writePlan } from "./support/plan.ts";
import { codeOf, openScene, type Place, put, type Scene, stateOf } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const options = (place: Place, more: Partial<CutoverOptions> = {}): CutoverOptions => ({
  confirm: place.name,
  inventoryAgeHours: 72,
  probePatienceMs: 0,
  ...more,
});

/** A versioned bucket with two versions of one key and one other object of each uploader, granted by the campaign. */
async function workedOn(objects: readonly PlannedObject[] = []): Promise<Place> {
  const place = await scene.bucket({ versioned: true });
  const planned = new Map<(typeof scene.uploaders)[number], PlannedObject[]>();
  for (const uploader of scene.uploaders) {
    const client = scene.as(uploader);
    const key = `${uploader.name}/a b+c.txt`;
    const old = await put(client, place.name, key, "bucket-owner-full-control");
    const now = await put(client, place.name, key, "bucket-owner-full-control");
    const bare = await put(client, place.name, `${uploader.name}/bare`);
    planned.set(uploader, [
      { key, version: old, isLatest: false, outcome: "granted" },
      { key, version: now, outcome: "granted" },
      { key: `${uploader.name}/bare`, version: bare, outcome: "already" },
      ...objects,
    ]);
  }
  await writePlan(place.store, { bucket: place.name, owner: scene.owner, objects: planned });
  return place;
}

const setMode = (bucket: string, mode: "ObjectWriter" | "BucketOwnerEnforced"): Promise<unknown> =>
  scene
    .as(scene.owner)
    .send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: { Rules: [{ ObjectOwnership: mode }] } }));

describe("the switch", () => {
  it.each(["absent", "ObjectWriter"] as const)(
    "makes everything readable and goes back to the byte where the controls were %s",
    async (mode) => {
      const place = await workedOn();
      const own = scene.as(scene.owner);
      if (mode !== "absent") await setMode(place.name, mode);
      const bare = new GetObjectCommand({ Bucket: place.name, Key: `${scene.uploaders[0].name}/bare` });
      const before = await stateOf(own, place.name);
      expect(await codeOf(own.send(bare))).toBe("AccessDenied");

      const result = await cutover(place.target, place.store, options(place));
      expect(result).toMatchObject({ outcome: "switched", probe: { looked: 6, read: 6, failed: [] } });
      expect(await codeOf(own.send(bare))).toBe("ok");
      expect((await stateOf(own, place.name)).ownership).toBe("BucketOwnerEnforced");
      expect((await readSwitch(place.store))?.state).toBe("switched");

      const writes = scene.sandbox.writes().length;
      expect((await cutover(place.target, place.store, options(place))).outcome).toBe("already-switched");
      expect(scene.sandbox.writes().length).toBe(writes);

      const { report } = await rollback(place.target, place.store);
      expect(report).toMatchObject({ restored: ["ownership"], undone: [], replaced: [], fenceUp: false });
      expect(report.cannotUndo.join(" ")).toMatch(/4 objects' ACLs were rewritten.*belongs to the bucket owner, whoever wrote it/);
      expect(await stateOf(own, place.name)).toEqual(before);
      expect(await codeOf(own.send(bare))).toBe("AccessDenied");
      await expect(rollback(place.target, place.store)).rejects.toMatchObject({ reason: "nothing-to-roll-back" });
      expect(rollbackLines(place.name, report)[0]).toContain(`ownership controls ${mode}`);
    },
  );

  it("stands on the fence: rollback goes back to the fence, and lowering it to what was before", async () => {
    const place = await workedOn();
    const own = scene.as(scene.owner);
    const before = await stateOf(own, place.name);
    await fence(place.target, place.store);
    const fenced = await stateOf(own, place.name);
    expect((await cutover(place.target, place.store, options(place))).outcome).toBe("switched");
    await expect(unfence(place.target, place.store)).rejects.toMatchObject({ reason: "switched" });
    const { report } = await rollback(place.target, place.store);
    expect(report.fenceUp).toBe(true);
    expect(await stateOf(own, place.name)).toEqual(fenced);
    await unfence(place.target, place.store);
    expect(await stateOf(own, place.name)).toEqual(before);
    // And the whole way once more.
    expect((await cutover(place.target, place.store, options(place))).outcome).toBe("switched");
  });

  it("wants the bucket's name, a plan, and a bucket that is not enforced by somebody else", async () => {
    const place = await workedOn();
    await expect(cutover(place.target, place.store, options(place, { confirm: "yes" }))).rejects.toMatchObject({ reason: "not-confirmed" });
    const planless = await scene.bucket();
    await expect(cutover(planless.target, planless.store, options(planless))).rejects.toMatchObject({ reason: "no-plan" });
    await setMode(place.name, "BucketOwnerEnforced");
    await expect(cutover(place.target, place.store, options(place))).rejects.toMatchObject({ reason: "already-enforced" });
    await expect(rollback(place.target, place.store)).rejects.toMatchObject({ reason: "already-enforced" });
    await expect(cutover({ ...place.target, dialect: "rgw" }, place.store, options(place))).rejects.toThrow(/no ownership controls/);
  });

  it("refuses while work is unfinished, whatever is accepted, and changes nothing", async () => {
    const place = await workedOn([{ key: "undone", op: "copy" }]);
    const before = await stateOf(scene.as(scene.owner), place.name);
    const result = await cutover(place.target, place.store, options(place, { accept: ["unfinished-work"] }));
    expect(result.outcome).toBe("refused");
    expect(cutoverLines(place.name, result).at(-1)).toBe("nothing was changed");
    expect(await stateOf(scene.as(scene.owner), place.name)).toEqual(before);
    expect(await readSwitch(place.store)).toBeUndefined();
  });

  it("takes itself back when a probe is refused, and says which", async () => {
    const place = await workedOn();
    const own = scene.as(scene.owner);
    const key = `${scene.uploaders[1].name}/bare`;
    const policy = JSON.parse(place.policy);
    policy.Statement.push({
      Sid: "NobodyReads",
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${scene.owner.accountId}:root` },
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `arn:aws:s3:::${place.name}/${key}`,
    });
    await own.send(new PutBucketPolicyCommand({ Bucket: place.name, Policy: JSON.stringify(policy) }));
    const before = await stateOf(own, place.name);
    const result = await cutover(place.target, place.store, options(place));
    expect(result).toMatchObject({ outcome: "rolled-back", probe: { failed: [{ key, from: scene.uploaders[1].name }] } });
    expect(await stateOf(own, place.name)).toEqual(before);
    const journal = await readSwitch(place.store);
    expect(journal?.state).toBe("rolled-back");
    expect(journal?.steps.map((s) => s.stage)).toEqual(["begun", "saved", "switching", "enforced", "rolling-back", "rolled-back"]);
    expect(cutoverLines(place.name, result).at(-1)).toMatch(/NOT switched: a probe failed/);

    await own.send(new PutBucketPolicyCommand({ Bucket: place.name, Policy: place.policy }));
    expect((await cutover(place.target, place.store, options(place))).outcome).toBe("switched");
  });

  it("takes itself back when S3 stops answering reads", async () => {
    const place = await workedOn();
    const before = await stateOf(scene.as(scene.owner), place.name);
    scene.sandbox.faults.set({ scope: { ops: ["HeadObject"], buckets: [place.name] }, internalError: { before: 1 } });
    try {
      expect((await cutover(place.target, place.store, options(place))).outcome).toBe("rolled-back");
    } finally {
      scene.sandbox.faults.set({});
    }
    expect(await stateOf(scene.as(scene.owner), place.name)).toEqual(before);
  });

  it("tells a KMS wall from a failed switch", async () => {
    const place = await scene.bucket();
    const [uploader] = scene.uploaders;
    const key = uploader.kmsKeys[0]?.arn;
    await put(scene.as(uploader), place.name, "sealed", "bucket-owner-full-control", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key });
    const sealed: PlannedObject = { key: "sealed", encryption: "SSE-KMS", outcome: "granted" };
    await writePlan(place.store, { bucket: place.name, owner: scene.owner, objects: new Map([[uploader, [sealed]]]) });
    const result = await cutover(place.target, place.store, options(place, { accept: ["foreign-kms-keys"] }));
    expect(result).toMatchObject({ outcome: "switched", probe: { read: 0, kms: [{ key: "sealed", keyAccount: uploader.accountId }] } });
  });
});

describe("a switch that was killed", () => {
  it.each(["begun", "saved", "switching", "enforced"] as const)(
    "behind %s is finished by the next run, and can go all the way back",
    async (killed) => {
      const place = await workedOn();
      const own = scene.as(scene.owner);
      const before = await stateOf(own, place.name);
      const onStep: CutoverOptions["onStep"] = (stage) => {
        if (stage === killed) throw new Error("killed");
      };
      await expect(cutover(place.target, place.store, options(place, { onStep }))).rejects.toThrow("killed");
      expect((await stateOf(own, place.name)).ownership).toBe(killed === "enforced" ? "BucketOwnerEnforced" : "absent");
      const result = await cutover(place.target, place.store, options(place));
      expect(result).toMatchObject({ outcome: "switched", ...(killed === "enforced" ? { resumedFrom: "enforced" } : {}) });
      await rollback(place.target, place.store);
      expect(await stateOf(own, place.name)).toEqual(before);
    },
  );

  it("between sending the switch and hearing the answer is taken up there", async () => {
    const place = await workedOn();
    const onStep: CutoverOptions["onStep"] = async (stage) => {
      if (stage !== "switching") return;
      // The request arrived, and the process died before it heard so.
      await setMode(place.name, "BucketOwnerEnforced");
      throw new Error("killed");
    };
    await expect(cutover(place.target, place.store, options(place, { onStep }))).rejects.toThrow("killed");
    const result = await cutover(place.target, place.store, options(place));
    expect(result).toMatchObject({ outcome: "switched", resumedFrom: "switching", journal: { before: { ownership: "absent" } } });
    expect(cutoverLines(place.name, result)[0]).toContain("switching");
  });

  it("while rolling back goes on rolling back", async () => {
    const place = await workedOn();
    const own = scene.as(scene.owner);
    const before = await stateOf(own, place.name);
    await cutover(place.target, place.store, options(place));
    const onStep = (): void => {
      throw new Error("killed");
    };
    await expect(rollback(place.target, place.store, { onStep })).rejects.toThrow("killed");
    expect((await stateOf(own, place.name)).ownership).toBe("BucketOwnerEnforced");
    expect((await cutover(place.target, place.store, options(place))).outcome).toBe("rolled-back");
    expect(await stateOf(own, place.name)).toEqual(before);
  });

  it("stops at an abort before it changes anything", async () => {
    const place = await workedOn();
    const before = await stateOf(scene.as(scene.owner), place.name);
    await expect(cutover(place.target, place.store, options(place, { signal: AbortSignal.abort() }))).rejects.toThrow();
    expect(await stateOf(scene.as(scene.owner), place.name)).toEqual(before);
  });
});

describe("fixes ordered for the switch", () => {
  async function withBucketGrants(): Promise<Place> {
    const place = await workedOn();
    await scene.as(scene.owner).send(
      new PutBucketAclCommand({
        Bucket: place.name,
        GrantFullControl: `id=${scene.owner.canonicalId}`,
        GrantRead: `id=${scene.outsider.canonicalId}`,
        GrantWrite: 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"',
        GrantReadACP: 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"',
      }),
    );
    return place;
  }

  it("let a bucket with bucket-ACL grants be switched, and are taken back with it to the byte", async () => {
    const place = await withBucketGrants();
    const own = scene.as(scene.owner);
    const before = await stateOf(own, place.name);
    const refused = await cutover(place.target, place.store, options(place, { accept: ["bucket-acl-grants", "log-delivery"] }));
    expect(refused.outcome).toBe("refused");

    const { changed, statements } = await applyAnswer(place.target, place.store, "bucket-acl-grants");
    expect(changed).toBe(true);
    expect(statements.map((s) => s.Sid).sort()).toEqual([expect.stringMatching(/^QuitclaimBucketAcl[0-9a-f]{8}$/), "QuitclaimLogDelivery"]);
    expect(JSON.parse((await stateOf(own, place.name)).policy ?? "").Statement.length).toBe(3);
    expect((await applyAnswer(place.target, place.store, "bucket-acl-grants")).changed).toBe(false);
    // The outsider's right to list is now the policy's.
    expect(await codeOf(scene.as(scene.outsider).send(new ListObjectsV2Command({ Bucket: place.name })))).toBe("ok");

    expect((await cutover(place.target, place.store, options(place))).outcome).toBe("switched");
    const { report } = await rollback(place.target, place.store);
    expect(report).toMatchObject({ undone: ["bucket-acl-grants"], restored: ["ownership", "policy", "acl"] });
    expect(await stateOf(own, place.name)).toEqual(before);
    expect((await readAnswers(place.store)).map((a) => a.stage)).toEqual(["undone"]);
  });

  it("can be taken back without a switch", async () => {
    const place = await withBucketGrants();
    const before = await stateOf(scene.as(scene.owner), place.name);
    await applyAnswer(place.target, place.store, "bucket-acl-grants");
    await rollback(place.target, place.store);
    expect(await stateOf(scene.as(scene.owner), place.name)).toEqual(before);
  });

  it("leave the policy without a trace where there was none", async () => {
    const place = await withBucketGrants();
    const own = scene.as(scene.owner);
    await own.send(new DeleteBucketPolicyCommand({ Bucket: place.name }));
    const before = await stateOf(own, place.name);
    await applyAnswer(place.target, place.store, "bucket-acl-grants");
    await cutover(place.target, place.store, options(place));
    await rollback(place.target, place.store);
    expect(await stateOf(own, place.name)).toEqual(before);
  });

  it("refuse a grant that no policy can say, and leave the ACL alone", async () => {
    const place = await workedOn();
    const own = scene.as(scene.owner);
    await own.send(new PutBucketAclCommand({ Bucket: place.name, ACL: "authenticated-read" }));
    const before = await stateOf(own, place.name);
    await expect(applyAnswer(place.target, place.store, "bucket-acl-grants")).rejects.toMatchObject({ reason: "cannot-translate" });
    expect(await stateOf(own, place.name)).toEqual(before);
  });

  it("put what somebody changed in the meantime aside, in the journal", async () => {
    const place = await workedOn();
    const own = scene.as(scene.owner);
    const before = await stateOf(own, place.name);
    await cutover(place.target, place.store, options(place));
    const changed = JSON.parse(place.policy);
    changed.Statement[0].Sid = "Renamed";
    await own.send(new PutBucketPolicyCommand({ Bucket: place.name, Policy: JSON.stringify(changed) }));
    const { report, journal } = await rollback(place.target, place.store);
    expect(report.replaced).toEqual(["policy"]);
    expect(journal.replaced?.policy).toContain("Renamed");
    expect(await stateOf(own, place.name)).toEqual(before);
  });
});
