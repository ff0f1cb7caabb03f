import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AccountSpec } from "../src/account/spec.ts";
import { type Sandbox, startSandbox } from "../src/start.ts";
import { keysOf, refusalOf, s3For, sessionKeys } from "./clients.ts";

let sandbox: Sandbox;
let owner: AccountSpec;
let s3: S3Client;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 3 });
  const [first] = sandbox.accounts;
  if (first === undefined) throw new Error("an owner is there");
  owner = first;
  s3 = s3For(sandbox, keysOf(owner));
  await s3.send(new CreateBucketCommand({ Bucket: "faulty" }));
});
afterEach(() => sandbox.faults.set({}));
afterAll(() => sandbox.close());

const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: "faulty", Key, Body: "x" }));
const written = (key: string) => sandbox.writes().filter((write) => write.key === key).length;

describe("faults over HTTP", () => {
  test("SlowDown is 503 with AWS's sentence and writes nothing", async () => {
    sandbox.faults.set({ slowDown: { perSecond: 1 } });
    const refusals = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        put(`slow/${index}`).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    const slowed = refusals.filter((error) => error !== undefined);
    expect(slowed.length).toBeGreaterThan(0);
    for (const error of slowed)
      expect(error).toMatchObject({ name: "SlowDown", message: "Please reduce your request rate.", $metadata: { httpStatusCode: 503 } });
    expect(sandbox.writes().filter((write) => write.key?.startsWith("slow/"))).toHaveLength(20 - slowed.length);
  });

  test("an InternalError before has no effect, one after has", async () => {
    sandbox.faults.set({ internalError: { before: 1 } });
    expect(await refusalOf(put("before"))).toMatchObject({ code: "InternalError", status: 500 });
    expect(written("before")).toBe(0);
    sandbox.faults.set({ internalError: { after: 1 } });
    expect(await refusalOf(put("after"))).toMatchObject({ code: "InternalError", status: 500 });
    expect(written("after")).toBe(1);
    sandbox.faults.set({});
    await s3.send(new HeadObjectCommand({ Bucket: "faulty", Key: "after" }));
  });

  test("a reset cuts the connection, before or after the effect", async () => {
    sandbox.faults.set({ reset: { before: 1 } });
    expect((await refusalOf(put("cut-before"))).message).toMatch(/socket hang up|ECONNRESET/);
    expect(written("cut-before")).toBe(0);
    sandbox.faults.set({ reset: { after: 1 } });
    expect((await refusalOf(put("cut-after"))).message).toMatch(/socket hang up|ECONNRESET/);
    expect(written("cut-after")).toBe(1);
    expect(sandbox.stats().PutObject?.["0 ConnectionReset"]).toBe(2);
  });

  test("an error in a 200 answer is an error, whether the copy took effect or not", async () => {
    await put("source");
    const copy = (Key: string) => s3.send(new CopyObjectCommand({ Bucket: "faulty", Key, CopySource: "faulty/source" }));
    sandbox.faults.set({ errorIn200: { before: 1 } });
    expect((await refusalOf(copy("late-before"))).code).toBe("InternalError");
    expect(written("late-before")).toBe(0);
    sandbox.faults.set({ errorIn200: { after: 1 } });
    expect((await refusalOf(copy("late-after"))).code).toBe("InternalError");
    expect(written("late-after")).toBe(1);
    expect(sandbox.stats().CopyObject).toEqual({ "200 InternalError": 2 });
    await put("puts-are-not-meant");
  });

  test("a refusal may be any code, with a status and a message of one's own", async () => {
    sandbox.faults.set({ refusal: { code: "KMS.DisabledException", status: 400, message: "the key is disabled", probability: 1 } });
    expect(await refusalOf(put("any"))).toMatchObject({ code: "KMS.DisabledException", status: 400, message: "the key is disabled" });
  });

  test("a refusal of one's choice strikes with its status, in scope only", async () => {
    sandbox.faults.set({ scope: { keyPrefixes: ["race/"] }, refusal: { code: "ConditionalRequestConflict", probability: 1 } });
    expect(await refusalOf(put("race/1"))).toMatchObject({ code: "ConditionalRequestConflict", status: 409 });
    expect(written("race/1")).toBe(0);
    await put("no-race");
  });

  test("an expired token ends the session for good, and only in scope", async () => {
    const session = s3For(sandbox, await sessionKeys(sandbox, keysOf(owner), owner));
    await put("kept");
    const get = () => session.send(new GetObjectCommand({ Bucket: "faulty", Key: "kept" }));
    sandbox.faults.set({ expireToken: 1, scope: { ops: ["GetObject"], keyPrefixes: ["other"] } });
    await get();
    sandbox.faults.set({ expireToken: 1, scope: { ops: ["GetObject"] } });
    expect(await refusalOf(get())).toMatchObject({ code: "ExpiredToken", status: 400 });
    sandbox.faults.set({});
    expect(await refusalOf(get())).toMatchObject({ code: "ExpiredToken", status: 400 });
  });
});
