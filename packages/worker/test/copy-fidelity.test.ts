// The table of domain.md 4.2, one test a line, for a copy in one piece and for one in parts (as if 64 KiB were 5 GB: real bytes).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectAnnotationCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { CanonicalId, Grant } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyInPlace } from "../src/operations/copy.ts";
import type { CopyTask } from "../src/operations/copy-task.ts";
import type { Verdict } from "../src/operations/outcome.ts";
import type { Calls } from "../src/retry/send.ts";
import { clientOf, makeBucket, nameFor, owner, type Planned, rowOf, setMode, upload } from "./stage/bucket.ts";
import { denying } from "./stage/policy.ts";
import { openBench } from "./stage/task.ts";

const MIB = 1024 ** 2;
const dayMs = 86_400_000;
let sandbox: Sandbox;
let one: AccountSpec;
let partner: AccountSpec;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 22, bucketDefaults: "legacy" });
  [, one, partner] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
  folder = await mkdtemp(join(tmpdir(), "qc-fidelity-"));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

type Version = NonNullable<ReturnType<NonNullable<ReturnType<Sandbox["store"]["bucket"]>>["find"]>>;

describe.each([
  ["in one piece", 5 * 1024 ** 3, 1_000],
  ["in parts", 65_536, 70_000],
] as const)("a copy %s", (kind, copyBytesMax, size) => {
  const bucket = nameFor(kind.replaceAll(" ", "-"));
  const body = Buffer.alloc(size, `${kind} `);
  let serial = 0;
  beforeAll(async () => {
    await makeBucket(sandbox, bucket, { versioning: "Enabled", lock: true });
    // Before the fence nothing that is uploaded becomes the bucket owner's; a canned ACL does that after it, which these uploads do not send.
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
  });

  const current = (key: string): Version => {
    const found = sandbox.store.bucket(bucket)?.find(key, undefined);
    if (found === undefined) throw new Error(`no ${key}`);
    return found;
  };

  /** Uploads, copies, and gives what was and what is. */
  async function copied(
    input: Partial<PutObjectCommandInput>,
    more: {
      planned?: Planned;
      task?: Partial<CopyTask>;
      alter?: (before: Version) => object;
      prepare?: (before: Version) => Promise<void>;
      overlay?: Partial<Calls>;
    } = {},
  ): Promise<{ verdict: Verdict; before: Version; after: Version }> {
    const key = `k${serial++} ä+%`;
    const planned = { op: "copy" as const, ...more.planned };
    await upload(sandbox, one, { Body: body, ...input, Bucket: bucket, Key: key }, planned);
    if (more.alter !== undefined) {
      const found = current(key);
      const Made = found.constructor as new (fields: object) => Version;
      sandbox.store.bucket(bucket)?.remove(key, found.versionId);
      sandbox.store.bucket(bucket)?.insert(new Made({ ...found, ...more.alter(found) }));
    }
    const before = current(key);
    await more.prepare?.(before);
    const bench = await openBench(sandbox, bucket, one, folder, more.overlay);
    const verdict = await copyInPlace(bench.task(rowOf(sandbox, bucket, key, undefined, planned), { copyBytesMax, ...more.task }));
    await bench.close();
    return { verdict, before, after: current(key) };
  }
  const done = (verdict: Verdict): void => expect(verdict).toMatchObject({ kind: "done", finding: { outcome: "copied", detail: "" } });

  it("is the bucket owner's, a version above the original, with the same bytes", async () => {
    const bytes = Buffer.concat([Buffer.alloc(5 * MIB, "first"), Buffer.from("second")]);
    const inParts = [5 * MIB, 6].map((of, i) => ({ number: i + 1, size: of }));
    const { verdict, before, after } = await copied({ Body: bytes }, { alter: () => (kind === "in parts" ? { parts: inParts } : {}) });
    done(verdict);
    expect(before.owner).toBe(one.canonicalId);
    expect(after.owner).toBe(owner(sandbox).canonicalId);
    expect(after.versionId).not.toBe(before.versionId);
    expect(sandbox.store.bucket(bucket)?.find(before.key, before.versionId)).toBe(before);
    const s3 = clientOf(sandbox, owner(sandbox));
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: before.key }));
    expect(Buffer.compare((await got.Body?.transformToByteArray()) as Uint8Array, bytes)).toBe(0);
    s3.destroy();
    expect(after.parts?.map((p) => p.size)).toEqual(kind === "in parts" ? [5 * MIB, 6] : undefined);
  });

  it("has an ETag of its own where the original was uploaded in parts, and a date of its own: neither is a difference", async () => {
    const { verdict, before, after } = await copied({}, { alter: ({ etag }) => ({ etag: `${etag}-2`, lastModified: Date.now() - dayMs }) });
    done(verdict);
    expect(before.etag).toMatch(/-2$/);
    expect(after.etag).not.toBe(before.etag);
    expect(after.lastModified).toBeGreaterThan(before.lastModified + dayMs / 2);
    expect(after.size).toBe(before.size);
  });

  it("keeps system metadata, an Expires that is no date among it", async () => {
    const { verdict, before, after } = await copied(
      {
        ContentType: "text/x-own; charset=utf-8",
        ContentEncoding: "gzip",
        ContentLanguage: "de, en",
        ContentDisposition: `attachment; filename="a  b.txt"`,
        CacheControl: "max-age=7, private",
      },
      { alter: ({ attributes }) => ({ attributes: { ...attributes, expires: "when hell freezes over" } }) },
    );
    done(verdict);
    expect(after.attributes).toEqual(before.attributes);
    expect(after.attributes.expires).toBe("when hell freezes over");
  });

  it("keeps user metadata, whatever is in its values", async () => {
    const Metadata = { team: "lake", "long-name": "two  spaces", encoded: "=?UTF-8?Q?=C3=A4?=", empty: "", punctuation: "a=b&c;d,e\"f'" };
    const { verdict, before, after } = await copied({ Metadata });
    done(verdict);
    expect([...after.attributes.metadata]).toEqual([...before.attributes.metadata]);
  });

  it("keeps the website redirect", async () => {
    const { verdict, after } = await copied({ WebsiteRedirectLocation: "/else where?x=ä".normalize().replace("ä", "%C3%A4") });
    done(verdict);
    expect(after.attributes.websiteRedirect).toBe("/else where?x=%C3%A4");
  });

  it.each(["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY"] as const)(
    "keeps the storage class %s",
    async (StorageClass) => {
      const { verdict, after } = await copied({ StorageClass });
      done(verdict);
      expect(after.storageClass).toBe(StorageClass);
    },
  );

  it("keeps tags, with any characters that tags can have", async () => {
    const tags = { "a b": "c+d = e", "k/é:@_.-": "/ü=:@", empty: "" };
    const { verdict, after } = await copied({ Tagging: new URLSearchParams(tags).toString() });
    done(verdict);
    expect(Object.fromEntries(after.tags)).toEqual(tags);
  });

  it("is not called different where the bucket owner may not see its tags: held back with the permission, and done once allowed", async () => {
    // Whatever has more than 5 GB was uploaded in parts.
    const alter = ({ etag }: Version): object => (kind === "in parts" ? { etag: `${etag}-2` } : {});
    const actions = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"];
    const at = Date.now();
    const { verdict, before, after } = await denying(sandbox, bucket, [owner(sandbox)], actions, () =>
      copied({ Tagging: "a=1&b=2" }, { alter }),
    );
    expect(verdict).toMatchObject({
      kind: "denied",
      finding: { code: "TagsUnknown", detail: expect.stringContaining("s3:GetObjectTagging") },
    });
    const bench = await openBench(sandbox, bucket, one, folder);
    const row = rowOf(sandbox, bucket, before.key, before.versionId, { op: "copy" });
    const again = bench.task({ ...row, isLatest: true }, { copyBytesMax, intent: { at, earlier: true } });
    expect(await copyInPlace(again)).toMatchObject({ finding: { outcome: "copied", detail: "recognised" } });
    await bench.close();
    expect(current(before.key)).toBe(after);
    expect(Object.fromEntries(after.tags)).toEqual({ a: "1", b: "2" });
  });

  it.each([
    ["SSE-S3", { ServerSideEncryption: "AES256" }],
    ["the bucket owner's key, with a bucket key", { ServerSideEncryption: "aws:kms", BucketKeyEnabled: true, own: true }],
    ["the bucket owner's key, without one", { ServerSideEncryption: "aws:kms", BucketKeyEnabled: false, own: true }],
    ["two layers under the bucket owner's key", { ServerSideEncryption: "aws:kms:dsse", own: true }],
  ] as const)("keeps the encryption: %s", async (_, { ...input }) => {
    const { own, ...headers } = input as { own?: boolean } & Partial<PutObjectCommandInput>;
    const key = owner(sandbox).kmsKeys[0];
    if (key?.policyAllows.includes(one.accountId) === false) key.policyAllows.push(one.accountId);
    const { verdict, before, after } = await copied({ ...headers, ...(own === true ? { SSEKMSKeyId: key?.arn ?? "" } : {}) });
    done(verdict);
    expect(after.encryption).toEqual(before.encryption);
  });

  it("puts what lay under a foreign key under the campaign's, never under the foreign one", async () => {
    const key = owner(sandbox).kmsKeys[0];
    if (key?.policyAllows.includes(one.accountId) === false) key.policyAllows.push(one.accountId);
    const input = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: one.kmsKeys[0]?.arn ?? "", BucketKeyEnabled: true } as const;
    const { verdict, after } = await copied(input, { task: { kmsKey: key?.arn ?? "" } });
    done(verdict);
    expect(after.encryption).toEqual({ kind: "SSE-KMS", keyArn: key?.arn, bucketKey: true });
  });

  describe("of an object under KMS with an encryption context, which S3 tells nobody,", () => {
    const lake = { prefix: "k", context: { team: "lake", "cost centre": "ä 7" } };
    const underContext = (): Partial<PutObjectCommandInput> => {
      const key = owner(sandbox).kmsKeys[0];
      if (key?.policyAllows.includes(one.accountId) === false) key.policyAllows.push(one.accountId);
      const context = Buffer.from(JSON.stringify(lake.context)).toString("base64");
      return { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key?.arn ?? "", SSEKMSEncryptionContext: context };
    };
    const contextOf = ({ encryption }: Version): unknown =>
      "context" in encryption && encryption.context !== undefined
        ? JSON.parse(Buffer.from(encryption.context, "base64").toString("utf8"))
        : undefined;

    it("has the one that the campaign states for it", async () => {
      const { verdict, before, after } = await copied(underContext(), { task: { encryptionContext: [lake] } });
      done(verdict);
      expect(contextOf(after)).toEqual(lake.context);
      expect(contextOf(after)).toEqual(contextOf(before));
    });

    it("is not made where the campaign states contexts, and none for it", async () => {
      const other = { encryptionContext: [{ prefix: "other/", context: { team: "lake" } }] };
      const { verdict, before, after } = await copied(underContext(), { task: other });
      expect(verdict).toMatchObject({ finding: { outcome: "failed", code: "ContextUnknown" } });
      expect(after).toBe(before);
      // What does not lie under KMS has none.
      done((await copied({ ServerSideEncryption: "AES256" }, { task: other })).verdict);
    });

    it("has none and says so in the ledger, where the campaign says nothing of contexts", async () => {
      const { verdict, after } = await copied(underContext(), { task: { encryptionContext: undefined } as unknown as Partial<CopyTask> });
      expect(verdict).toMatchObject({ finding: { outcome: "copied", detail: expect.stringContaining("encryption context") } });
      expect(contextOf(after)).toBeUndefined();
    });

    it("is not made where the bucket's default would take its context away", async () => {
      const foreign = { ...underContext(), SSEKMSKeyId: one.kmsKeys[0]?.arn ?? "" };
      const { verdict, before, after } = await copied(foreign, { task: { encryptionContext: [lake] } });
      expect(verdict).toMatchObject({ finding: { outcome: "failed", code: "ContextNotKept" } });
      expect(after).toBe(before);
    });

    it("fails where S3 says that it took another; in parts before a byte is copied", async () => {
      const context = Buffer.from(JSON.stringify({ team: "sea", "cost centre": "ä 7" })).toString("base64");
      const { verdict } = await copied(underContext(), {
        task: { encryptionContext: [lake] },
        overlay: {
          copyObject: async (request, signal) => {
            const answer = await plainly(({ calls }) => calls.copyObject(request, signal));
            return answer.ok ? { ...answer, value: { ...answer.value, context } } : answer;
          },
          createUpload: async (request, signal) => {
            const answer = await plainly(({ calls }) => calls.createUpload(request, signal));
            return answer.ok ? { ...answer, value: { ...answer.value, context } } : answer;
          },
        },
      });
      expect(verdict).toMatchObject({
        finding: {
          code: kind === "in parts" ? "ContextNotKept" : "CopyDiffers",
          detail: expect.stringContaining("team=lake was asked for, S3 took sea"),
        },
      });
      expect([...(sandbox.store.bucket(bucket)?.uploads ?? [])]).toEqual([]);
    });
  });

  it("is refused where only the holder of a key could make it (SSE-C)", async () => {
    const key = Buffer.alloc(32, 7);
    const { verdict, before, after } = await copied({ SSECustomerAlgorithm: "AES256", SSECustomerKey: key.toString("base64") });
    expect(verdict).toMatchObject({ finding: { outcome: "failed", code: "SseCustomerKey" } });
    expect(after).toBe(before);
  });

  it.each(["GOVERNANCE", "COMPLIANCE"] as const)("keeps Object Lock: mode %s, date and legal hold", async (ObjectLockMode) => {
    const until = new Date(Date.now() + 3 * dayMs);
    const { verdict, before, after } = await copied({
      ObjectLockMode,
      ObjectLockRetainUntilDate: until,
      ObjectLockLegalHoldStatus: "ON",
    });
    done(verdict);
    expect(after.lock).toEqual(before.lock);
    expect(after.lock).toMatchObject({ mode: ObjectLockMode, legalHold: true });
  });

  it("lets a retention go that has run out, and keeps the hold beside it", async () => {
    const { verdict, after } = await copied(
      { ObjectLockLegalHoldStatus: "ON" },
      { alter: () => ({ lock: { mode: "GOVERNANCE", retainUntil: Date.now() - dayMs, legalHold: true } }) },
    );
    done(verdict);
    expect(after.lock).toEqual({ legalHold: true });
  });

  it.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)("keeps the checksum algorithm %s", async (ChecksumAlgorithm) => {
    const { verdict, before, after } = await copied({ ChecksumAlgorithm });
    done(verdict);
    expect(before.checksum?.algorithm).toBe(ChecksumAlgorithm);
    expect(after.checksum?.algorithm).toBe(ChecksumAlgorithm);
    if (after.checksum?.type === "FULL_OBJECT") expect(after.checksum.value).toBe(before.checksum?.value);
  });

  it("keeps every grant, the bucket owner's beside them", async () => {
    const grants: Grant[] = [
      { id: partner.canonicalId as CanonicalId, permission: "READ" },
      { uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers", permission: "READ_ACP" },
      { id: owner(sandbox).canonicalId as CanonicalId, permission: "FULL_CONTROL" },
    ];
    const { verdict, after } = await copied(
      {
        GrantRead: `id=${partner.canonicalId}`,
        GrantReadACP: `uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"`,
        GrantFullControl: `id=${one.canonicalId}`,
      },
      { planned: { grants } },
    );
    done(verdict);
    const found = after.acl.map((g) => (g.grantee.kind === "user" ? g.grantee.id : g.grantee.uri) + g.permission);
    expect(found.sort()).toEqual(grants.map((g) => ("id" in g ? g.id : g.uri) + g.permission).sort());
  });

  it("keeps annotations: their names, their texts, and how these are checked", async () => {
    const texts = { "review/é": "fine <Error> & ä", "owner team": "a".repeat(70_000), sum: "checked" };
    const annotate = async ({ key, versionId }: Version): Promise<void> => {
      const s3 = clientOf(sandbox, one);
      for (const [AnnotationName, AnnotationPayload] of Object.entries(texts))
        await s3.send(
          new PutObjectAnnotationCommand({
            Bucket: bucket,
            Key: key,
            VersionId: versionId,
            AnnotationName,
            AnnotationPayload,
            ...(AnnotationName === "sum" ? { ChecksumAlgorithm: "SHA256" } : {}),
          }),
        );
      s3.destroy();
    };
    const { verdict, before, after } = await copied({}, { prepare: annotate });
    done(verdict);
    const shown = ({ annotations }: Version) =>
      [...(annotations ?? [])].map(([name, a]) => [name, a.bytes.toString("utf8"), a.checksum.algorithm, a.checksum.value]);
    expect(shown(after)).toHaveLength(3);
    expect(shown(after).sort()).toEqual(shown(before).sort());
  });

  it("that comes out different fails, and says in what", async () => {
    // A server that forgets what it is told about class and language.
    const forgetful = { ContentLanguage: "de", StorageClass: "STANDARD_IA" } as const;
    const { verdict } = await copied(forgetful, {
      overlay:
        kind === "in parts"
          ? {
              createUpload: (request, signal) =>
                plainly(({ calls }) => calls.createUpload({ ...request, storageClass: "STANDARD" }, signal)),
            }
          : { copyObject: (request, signal) => plainly(({ calls }) => calls.copyObject({ ...request, storageClass: "STANDARD" }, signal)) },
    });
    expect(verdict).toMatchObject({ finding: { outcome: "failed", code: "CopyDiffers" } });
    expect(verdict.kind !== "enforced" && verdict.finding.detail).toContain('storageClass: was "STANDARD_IA", is "STANDARD"');
  });

  /** The sandbox's own answer to an altered request. */
  async function plainly<T>(act: (own: { calls: Calls }) => Promise<T>): Promise<T> {
    const bench = await openBench(sandbox, bucket, one, folder);
    let value: T | undefined;
    await bench.task(rowOf(sandbox, bucket, `k${serial - 1} ä+%`, undefined)).uploader(async (calls) => {
      value = await act({ calls });
      return { ok: true, value: undefined, httpStatus: 200, requestId: "" };
    });
    await bench.close();
    return value as T;
  }
});
