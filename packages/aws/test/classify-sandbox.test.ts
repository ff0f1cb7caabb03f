// Every entry of the one table through real HTTP: the sandbox refuses with that code, and both implementations of the object calls come to
// the kind that the table has for it, on a write, and on a HEAD, which has only the status.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { classify, knownCodes } from "../src/classify.ts";
import { leanObjectCalls, type ObjectCalls, openWire, type RefusalKind, sdkObjectCalls, type Wire } from "../src/index.ts";
import { openWorld, type World } from "./support/sandbox.ts";

const bucket = "classified";
const at = { bucket, key: "k" };
let world: World;
let wire: Wire;
let lean: ObjectCalls;
let sdk: ObjectCalls & { close(): void };
beforeAll(async () => {
  world = await openWorld(bucket);
  wire = openWire(world.target, { connections: 4 });
  const options = { session: world.keys(1), expectedBucketOwner: world.sandbox.accounts[0]?.accountId ?? "" };
  lean = leanObjectCalls(wire, options);
  sdk = sdkObjectCalls(world.target, options);
  await world.client(world.keys(1)).send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x" }));
});
afterEach(() => world.sandbox.faults.set({}));
afterAll(async () => {
  sdk?.close();
  await wire?.close();
  await world?.close();
});

/** With which S3 sends codes of this kind, where it is not 400. */
const STATUS: Partial<Record<RefusalKind, number>> = {
  throttled: 503,
  transient: 500,
  denied: 403,
  gone: 404,
  precondition: 412,
  archived: 403,
};

describe("the classification of what a server says", () => {
  it.each([...knownCodes].filter(([, kind]) => kind !== "expired"))("%s is %s", async (code, kind) => {
    world.sandbox.faults.set({ refusal: { code, status: STATUS[kind] ?? 400, message: "as asked", probability: 1 } });
    for (const calls of [lean, sdk])
      expect(await calls.putObjectAcl(at, "bucket-owner-full-control")).toMatchObject({ ok: false, kind, code });
  });

  // Keys that cannot be renewed are over for good once they are called expired: each of these has a session of its own.
  it.each([...knownCodes].filter(([, kind]) => kind === "expired"))("%s is %s", async (code) => {
    for (const make of [leanObjectCalls.bind(undefined, wire), sdkObjectCalls.bind(undefined, world.target)]) {
      const calls = make({ session: world.keys(1) });
      world.sandbox.faults.set({ refusal: { code, status: 400, probability: 1 } });
      expect(await calls.putObjectAcl(at, "bucket-owner-full-control")).toMatchObject({ ok: false, kind: "expired", code });
      if ("close" in calls && typeof calls.close === "function") calls.close();
    }
  });

  it.each([400, 401, 403, 404, 405, 408, 409, 412, 416, 429, 500, 501, 502, 503, 504])(
    "HTTP %s to a HEAD is what its status says",
    async (status) => {
      world.sandbox.faults.set({ scope: { ops: ["HeadObject"] }, refusal: { code: "Whatever", status, probability: 1 } });
      const kind = classify({ httpStatus: status, code: `Http${status}` });
      for (const calls of [lean, sdk]) expect(await calls.headObject(at)).toMatchObject({ ok: false, kind, code: `Http${status}` });
    },
  );
});
