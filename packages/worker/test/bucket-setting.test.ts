// What the bucket owner is refused for good pauses the account with words; what may pass brings the batch back.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openSession, type Session } from "@quitclaim/aws";
import { accountId } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PauseAccount, TryLater } from "../src/halt.ts";
import { bucketLockReader } from "../src/operations/bucket-lock.ts";
import { ownershipModeReader } from "../src/operations/ownership-mode.ts";
import { publicAccessReader } from "../src/operations/public-access.ts";
import { makeBucket, multiply, nameFor, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let server: Server;
let endpoint: string;
let answer = { status: 200, body: "" };
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status, { "content-type": "application/xml" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const target = () => ({ region: "us-east-1", endpoint, forcePathStyle: true });
const keys = (): Session => openSession({ kind: "keys", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" }, { region: "us-east-1" });
const bucket = { name: "b", owner: accountId("111122223333"), dialect: "aws" as const };
const says = (status: number, code: string) => {
  answer = { status, body: `<Error><Code>${code}</Code><Message>said so</Message></Error>` };
};
const ask = async (): Promise<unknown[]> => {
  const mode = ownershipModeReader(keys(), target(), bucket);
  const access = publicAccessReader(keys(), target(), { ...bucket, dialect: "aws" });
  const lock = bucketLockReader(keys(), target(), bucket);
  const readers = [mode, lock, access];
  const errors = await Promise.all(readers.map((reader) => reader.read().then(String, (error: unknown) => error)));
  for (const reader of readers) reader.close();
  return errors;
};

describe("a setting of the bucket that cannot be read", () => {
  it.each([
    [403, "InvalidAccessKeyId", "Set valid keys"],
    [403, "SignatureDoesNotMatch", "Set the right secret"],
    [400, "AuthorizationHeaderMalformed", "bucket.region"],
    [301, "PermanentRedirect", "bucket.region"],
  ])("pauses the account where it cannot pass: %i %s", async (status, code, advice) => {
    says(status, code);
    for (const error of await ask()) {
      expect(error).toBeInstanceOf(PauseAccount);
      expect(String(error)).toMatch(new RegExp(`cannot be read by the bucket owner.*${code}.*${advice}.*resume this account`, "s"));
    }
  });

  it("pauses the account where the bucket is gone", async () => {
    says(404, "NoSuchBucket");
    expect((await ask())[0]).toBeInstanceOf(PauseAccount);
  });

  it.each([
    [503, "SlowDown"],
    [500, "InternalError"],
  ])("tries again later where it may pass: %i %s", { timeout: 30_000 }, async (status, code) => {
    says(status, code);
    for (const error of await ask()) expect(error).toBeInstanceOf(TryLater);
  });

  it("tries again later where nobody listens", { timeout: 30_000 }, async () => {
    const reader = ownershipModeReader(keys(), { ...target(), endpoint: "http://127.0.0.1:9" }, bucket);
    await expect(reader.read()).rejects.toBeInstanceOf(TryLater);
    reader.close();
  });
});

describe("a campaign whose bucket owner's key has been deleted", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, seed: 28 });
  });
  afterAll(() => sandbox.close());

  it("is paused with that, and its batch does not go round for ever", async () => {
    const one = sandbox.accounts[1] as AccountSpec;
    const name = nameFor("deleted-key");
    await makeBucket(sandbox, name, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: name, Key: "k" });
    const rows = multiply(sandbox, name, "k", 5);
    const campaign = await makeCampaign(sandbox, {
      bucket: name,
      work: [{ account: one.accountId, rows }],
      sessions: (sessions) => ({
        ...sessions,
        owner: openSession({ kind: "keys", accessKeyId: "AKIADELETED", secretAccessKey: "s" }, { region: sandbox.region }),
      }),
    });
    await campaign.work();
    await expect.poll(() => campaign.pauses.size, { timeout: 10_000 }).toBe(1);
    expect(campaign.pauses.get(accountId(one.accountId))?.cause).toMatch(
      /object ownership cannot be read by the bucket owner.*InvalidAccessKeyId/,
    );
    expect(sandbox.writes().filter((w) => w.bucket === name && w.op === "PutObjectAcl")).toEqual([]);
    await campaign.close();
  });
});
