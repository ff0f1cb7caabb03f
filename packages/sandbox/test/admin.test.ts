import { GetObjectCommand, PutObjectAclCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../src/start.ts";
import { keysOf, refusalOf, s3For, sessionKeys } from "./clients.ts";
import { readReport } from "./report-reader.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 9, fill: { objects: 400 }, inventory: ["csv", "parquet"] });
});
afterAll(() => sandbox.close());

async function admin(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; json: Record<string, unknown> }> {
  const answer = await fetch(`${sandbox.endpoint}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: text.startsWith("{") && !text.includes("}\n{") ? JSON.parse(text) : {} };
}

const fetchReport = (account = sandbox.accounts[0]) => {
  if (account === undefined) throw new Error("an owner is there");
  const s3 = s3For(sandbox, keysOf(account));
  return async (Key: string): Promise<Buffer> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "inventory-reports", Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
};

describe("the report of a filled bucket", () => {
  test("can be downloaded through S3 by the bucket owner, in both formats, and says the same in both", async () => {
    const csv = await readReport(sandbox.manifests.csv ?? "", fetchReport());
    const parquet = await readReport(sandbox.manifests.parquet ?? "", fetchReport());
    expect(csv.rows).toHaveLength(400);
    expect(parquet.rows).toEqual(csv.rows);
  });

  test("is closed to the uploaders", async () => {
    expect(await refusalOf(readReport(sandbox.manifests.csv ?? "", fetchReport(sandbox.accounts[1])))).toMatchObject({ status: 403 });
  });
});

describe("the admin interface", () => {
  test("tells accepted writes as NDJSON, from a sequence number on, and counts answers", async () => {
    const [owner, uploader] = sandbox.accounts;
    if (owner === undefined || uploader === undefined) throw new Error("two accounts are there");
    const keys = await sessionKeys(sandbox, keysOf(owner), uploader);
    const { rows } = await readReport(sandbox.manifests.csv ?? "", fetchReport());
    const mine = rows.filter((row) => row.object_owner === uploader.canonicalId).slice(0, 3);
    for (const row of mine) {
      await s3For(sandbox, keys).send(
        new PutObjectAclCommand({
          Bucket: "data-lake",
          Key: String(row.key),
          VersionId: String(row.version_id ?? "null"),
          ACL: "bucket-owner-full-control",
        }),
      );
    }
    const writes = (await admin("GET", "writes")).text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(writes.map((write) => write.seq)).toEqual([1, 2, 3]);
    expect(writes.map((write) => [write.op, write.key, write.versionId])).toEqual(
      mine.map((row) => ["PutObjectAcl", row.key, row.version_id ?? "null"]),
    );
    expect((await admin("GET", "writes?since=2")).text.trimEnd().split("\n")).toHaveLength(1);
    expect((await admin("GET", "writes?since=3")).text).toBe("");
    expect((await admin("GET", "stats")).json).toMatchObject({
      writes: 3,
      answers: { PutObjectAcl: { "200": 3 }, AssumeRole: { "200": 1 } },
    });
  });

  test("tells the accounts, with keys and roles", async () => {
    const accounts = JSON.parse((await admin("GET", "accounts")).text);
    expect(accounts).toEqual(sandbox.description.accounts);
  });

  test("changes faults, and names settings that make no sense", async () => {
    expect((await admin("PUT", "faults", { internalError: { before: 1 }, scope: { ops: ["PutObject"] } })).status).toBe(200);
    expect(sandbox.faults.get()).toMatchObject({ internalError: { before: 1 } });
    expect(await admin("PUT", "faults", { chaos: true })).toMatchObject({ status: 400, json: { error: expect.stringContaining("chaos") } });
    expect((await admin("GET", "faults")).json).toMatchObject({ internalError: { before: 1 } });
    await admin("PUT", "faults", {});
    expect(sandbox.faults.get()).toEqual({});
  });

  test("denies a role and mends its trust policy", async () => {
    const [owner, uploader] = sandbox.accounts;
    if (owner === undefined || uploader === undefined) throw new Error("two accounts are there");
    const roleArn = uploader.roles[0]?.arn;
    const policy = (Effect: string) => ({ Statement: { Effect, Principal: { AWS: owner.accountId }, Action: "sts:AssumeRole" } });
    expect((await admin("PUT", "trust", { roleArn, policy: policy("Deny") })).status).toBe(200);
    expect(await refusalOf(sessionKeys(sandbox, keysOf(owner), uploader))).toMatchObject({ code: "AccessDenied", status: 403 });
    await admin("PUT", "trust", { roleArn, policy: policy("Allow") });
    await sessionKeys(sandbox, keysOf(owner), uploader);
    expect((await admin("PUT", "trust", { roleArn: "arn:aws:iam::1:role/x", policy: policy("Allow") })).status).toBe(404);
    expect((await admin("PUT", "trust", { roleArn, policy: {} })).json.error).toMatch(/Statement/);
  });

  test("ends sessions and shortens their lifetime", async () => {
    const [owner, uploader] = sandbox.accounts;
    if (owner === undefined || uploader === undefined) throw new Error("two accounts are there");
    await sessionKeys(sandbox, keysOf(owner), uploader);
    expect((await admin("DELETE", `sessions?accountId=${owner.accountId}`)).json).toEqual({ expired: 0 });
    expect(Number((await admin("DELETE", "sessions")).json.expired)).toBeGreaterThan(0);
    expect((await admin("PUT", "sessions", { lifetimeSeconds: 2 })).status).toBe(200);
    const { accessKeyId } = await sessionKeys(sandbox, keysOf(owner), uploader);
    expect((sandbox.book.credential(accessKeyId)?.expiresAt ?? 0) - Date.now()).toBeLessThanOrEqual(2_000);
    expect((await admin("PUT", "sessions", { lifetimeSeconds: null })).status).toBe(200);
    expect((await admin("PUT", "sessions", { lifetimeSeconds: -1 })).status).toBe(400);
  });

  test("has reports made of the bucket as it is now", async () => {
    const { json } = await admin("POST", "inventory", { format: "csv" });
    const { csv = "" } = json.manifests as { csv?: string };
    expect(csv).not.toBe(sandbox.manifests.csv);
    expect((await readReport(csv, fetchReport())).rows).toHaveLength(400);
    expect((await admin("POST", "inventory", { bucket: "nowhere" })).json.error).toMatch(/no bucket nowhere/);
    expect((await admin("POST", "inventory", { format: "orc" })).json.error).toMatch(/csv, parquet/);
  });

  test("names what it has when asked for something else", async () => {
    expect(await admin("GET", "nothing")).toMatchObject({ status: 404, json: { error: expect.stringContaining("GET writes") } });
    expect((await admin("GET", "constructor")).status).toBe(404);
  });
});
