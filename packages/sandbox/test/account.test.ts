import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AccountBook } from "../src/account/book.ts";
import { accountsFrom, readAccountsFile } from "../src/account/file.ts";
import { seededAccounts } from "../src/account/seeded.ts";

const seeded = (seed: number, count = 4) => seededAccounts({ seed, count, region: "us-east-1" });

describe("accounts made from a seed", () => {
  test("are the same for the same seed, and others for another", () => {
    expect(seeded(1)).toEqual(seeded(1));
    expect(seeded(1)[0]?.accountId).not.toBe(seeded(2)[0]?.accountId);
  });

  test("keep their identity when more are made", () => {
    expect(seeded(1, 9).slice(0, 4)).toEqual(seeded(1, 4));
  });

  test("look like AWS's: 12 digits, 64 hexadecimal digits, AKIA keys", () => {
    for (const account of seeded(3, 50)) {
      expect(account.accountId).toMatch(/^[1-9]\d{11}$/);
      expect(account.canonicalId).toMatch(/^[0-9a-f]{64}$/);
      expect(account.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(account.secretAccessKey).toHaveLength(40);
      expect(account.roles.map((role) => role.name)).toEqual(["quitclaim"]);
    }
    expect(new Set(seeded(3, 50).map((account) => account.name)).size).toBe(50);
  });
});

describe("the account book", () => {
  test("finds accounts, keys and roles, and refuses what is there twice", () => {
    const book = new AccountBook();
    const [first, second] = seeded(1);
    if (first === undefined || second === undefined) throw new Error("two accounts are needed");
    book.add(first);
    expect(() => book.add(first)).toThrow(/there twice/);
    expect(() => book.add({ ...second, canonicalId: first.canonicalId })).toThrow(/same canonical id/);
    expect(() => book.add({ ...second, accessKeyId: first.accessKeyId })).toThrow(/access key/);
    expect(book.byCanonicalId(first.canonicalId)).toBe(first);
    expect(book.role(first.roles[0]?.arn ?? "")?.account).toBe(first);
    expect(book.credential(first.accessKeyId)?.principal).toMatchObject({
      kind: "identity",
      arn: `arn:aws:iam::${first.accountId}:user/admin`,
    });
    expect(book.credential("AKIANOBODY")).toBeUndefined();
  });

  test("ends sessions by the clock, sooner when told so, and at once when told so, while the promise stays", () => {
    let now = 1_000_000;
    const book = new AccountBook({ now: () => now, sessionSecondsMax: 5 });
    const open = () =>
      book.openSession({
        accountId: "222233334444",
        canonicalId: "c",
        arn: "arn:aws:sts::222233334444:assumed-role/quitclaim/x",
        roleArn: "arn:aws:iam::222233334444:role/quitclaim",
        policies: "everything",
        durationSeconds: 3_600,
      });
    const short = open();
    expect(short.expiration.getTime()).toBe(now + 3_600_000);
    expect(book.credential(short.accessKeyId)?.expiresAt).toBe(now + 5_000);
    book.limitSessions(undefined);
    const long = open();
    expect(book.credential(long.accessKeyId)?.expiresAt).toBe(now + 3_600_000);
    now += 10_000;
    expect(book.expireSessions({ accountId: "111122223333" })).toBe(0);
    expect(book.expireSessions({ roleArn: "arn:aws:iam::222233334444:role/quitclaim" })).toBe(1);
    expect(book.credential(long.accessKeyId)?.expiresAt).toBeLessThan(now);
  });
});

describe("an accounts file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sandbox-accounts-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("gives accounts as written, with defaults for what is left out", async () => {
    const path = join(folder, "accounts.json");
    await writeFile(
      path,
      JSON.stringify({
        accounts: [
          { id: "111122223333" },
          {
            id: "222233334444",
            canonicalId: "8".repeat(64),
            name: "uploader",
            keys: [
              { accessKeyId: "AKIAUPLOADER", secretAccessKey: "secret-secret" },
              {
                accessKeyId: "AKIALIMITED",
                secretAccessKey: "secret-secret",
                user: "reader",
                policies: [{ Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" } }],
              },
            ],
            roles: [{ name: "mover", externalId: "abc", maxSessionSeconds: 7_200 }],
            kmsKeys: [{ arn: "arn:aws:kms:us-east-1:222233334444:key/1", policyAllows: ["111122223333"] }],
          },
        ],
      }),
    );
    const [owner, uploader] = await readAccountsFile(path);
    expect(owner).toMatchObject({ accountId: "111122223333", roles: [{ arn: "arn:aws:iam::111122223333:role/quitclaim" }] });
    expect(owner?.canonicalId).toBe("e6fd452067720f8fc73ef0ee4394bf4bcd4987afc21cdb89cc626e65c5a947a2");
    expect(uploader).toMatchObject({ name: "uploader", roles: [{ externalId: "abc", maxSessionSeconds: 7_200 }] });
    expect(uploader?.furtherKeys?.[0]).toMatchObject({ userName: "reader", policies: [{ Statement: [{ Action: ["s3:GetObject"] }] }] });
  });

  test.each([
    [{}, /accounts: must be a list/],
    [[], /at least one account/],
    [[{ id: "123" }], /accounts\[0\].id: must be 12 digits/],
    [[{ id: "111122223333", color: "red" }], /accounts\[0\]: unknown member color/],
    [[{ id: "111122223333", roles: [{}] }], /accounts\[0\].roles\[0\].name: .*missing/],
    [[{ id: "111122223333", roles: [{ name: "r", maxSessionSeconds: 60 }] }], /maxSessionSeconds/],
    [
      [{ id: "111122223333", roles: [{ name: "r", trust: { Statement: { Effect: "Allow" } } }] }],
      /roles\[0\].trust: Missing required field/,
    ],
    [[{ id: "111122223333" }, { id: "111122223333" }], /accounts\[1\]: 111122223333 is used by accounts\[0\]/],
    [[{ id: "111122223333", keys: [{ accessKeyId: "AKIAX", secretAccessKey: "12345678", user: "bob" }] }], /keys\[0\]: the first key/],
  ])("names what is wrong and where: %j", (file, message) => {
    expect(() => accountsFrom(file)).toThrow(message);
  });

  test("that is no JSON or not there is named with its path", async () => {
    const path = join(folder, "broken.json");
    await writeFile(path, "{");
    await expect(readAccountsFile(path)).rejects.toThrow(/broken.json: is not JSON/);
    await expect(readAccountsFile(join(folder, "none.json"))).rejects.toThrow(/none.json: cannot be read/);
  });
});
