// The campaign file: loaded with every default, or refused with every problem, its line, and what to write instead.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CampaignConfig, ConfigError, loadConfig, templateConfig } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qc-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function load(text: string, env: NodeJS.ProcessEnv = {}): Promise<CampaignConfig> {
  const file = join(folder, `campaign-${++files}.yaml`);
  await writeFile(file, text);
  return loadConfig(file, env);
}

/** `line: path: text` of every problem. */
async function problems(text: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  try {
    await load(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((p) => `${p.line}: ${p.path}: ${p.text}`);
    throw error;
  }
  return [];
}

const DESIGN = `campaign: lake-2026
bucket: { name: data-lake-prod, owner: "111122223333", region: eu-central-1 }
inventory: { manifest: s3://inventory-reports/data-lake-prod/all/2026-10-04T01-00Z/manifest.json }
accounts:
  - { id: "222233334444", name: ingest-eu, role: arn:aws:iam::222233334444:role/quitclaim, externalId: from-env:QC_EXT }
  - { id: "333344445555", profile: partners }
actions:
  default: acl
  thirdPartyGrants: keep
  rules:
    - { when: { encryption: [SSE-KMS, DSSE-KMS] }, do: hold }
    - { when: { account: "333344445555", prefix: raw/ }, do: copy }
limits: { requestsPerSecond: 3500, batchRows: 1000, inventoryAgeHours: 72 }
store: ./campaigns/lake-2026
redis: embedded
`;
const RULE_333 = /.*account: "333.*\n/;
const ENV = { QC_EXT: "ext-1" };
const line = (n: number, text: string): string =>
  DESIGN.split("\n")
    .map((l, i) => (i === n - 1 ? text : l))
    .join("\n");

test("what becomes of a refused reencrypt is copy or hold, and hold where nothing is said", async () => {
  const said = async (text: string) => (await load(text, ENV)).actions.reencryptFallback;
  expect(await said(DESIGN)).toBeUndefined();
  expect(await said(line(9, "  reencryptFallback: copy"))).toBe("copy");
  expect(await problems(line(9, "  reencryptFallback: skip"), ENV)).toEqual([
    '9: actions.reencryptFallback: must be copy or hold, not "skip"',
  ]);
});

test("encryption contexts are none, or a list by prefix, and nothing where nothing is said", async () => {
  const said = async (text: string) => (await load(text, ENV)).actions.encryptionContext;
  expect(await said(DESIGN)).toBeUndefined();
  expect(await said(line(9, "  encryptionContext: none"))).toEqual([{ prefix: "", context: {} }]);
  const listed = "  encryptionContext: [{ prefix: raw/, context: { team: lake } }, { context: {} }]";
  expect(await said(line(9, listed))).toEqual([
    { prefix: "raw/", context: { team: "lake" } },
    { prefix: "", context: {} },
  ]);
  expect(await problems(line(9, "  encryptionContext: [{ prefix: raw/ }]"), ENV)).toEqual([
    expect.stringContaining("9: actions.encryptionContext[0].context: is missing; write a mapping of text to text"),
  ]);
});

test("the design's own example loads, with references resolved and defaults filled in", async () => {
  const config = await load(DESIGN, ENV);
  expect(config).toMatchObject({
    campaign: "lake-2026",
    bucket: { name: "data-lake-prod", credentials: { kind: "default" }, dialect: "aws", forcePathStyle: false },
    accounts: [
      { id: "222233334444", name: "ingest-eu", credentials: { kind: "role", externalId: "ext-1" } },
      { id: "333344445555", name: "333344445555", credentials: { kind: "profile", profile: "partners" } },
    ],
    actions: {
      rules: [
        { when: { encryption: ["SSE-KMS", "DSSE-KMS"] }, do: "hold", line: 11 },
        { when: { account: ["333344445555"], prefix: ["raw/"] }, do: "copy", line: 12 },
      ],
    },
    limits: { requestsPerSecond: 3500, batchRows: 1000, inventoryAgeHours: 72, processes: 1, concurrency: 256 },
    store: join(folder, "campaigns/lake-2026"),
    redis: "embedded",
  });
});

test("what init writes loads without a problem", async () => {
  const config = await load(templateConfig());
  expect(config.campaign).toBe("my-campaign");
  expect(config.actions.rules).toHaveLength(1);
});

test("keys by reference, an S3-compatible server, sizes, and account numbers without quotes", async () => {
  const config = await load(
    `campaign: small
bucket:
  { name: b-1, owner: 012345678901, endpoint: "http://127.0.0.1:9000", keys: { accessKeyId: from-env:A, secretAccessKey: from-env:B, sessionToken: from-env:C } }
inventory: { manifest: report/manifest.json, root: ./report }
accounts: [{ id: 222233334444, credentials: default }]
actions: { rules: [{ when: { largerThan: 5 GB, smallerThan: 12345, latest: true, olderThanDays: 30 }, do: skip }] }
store: /abs/store/
redis: from-env:R
`,
    { A: "a", B: "b", C: "c", R: "rediss://user:pass@host:6380/1" },
  );
  expect(config.bucket).toMatchObject({
    owner: "012345678901",
    forcePathStyle: true,
    credentials: { kind: "keys", accessKeyIdEnv: "A", secretAccessKeyEnv: "B", sessionTokenEnv: "C" },
  });
  expect(config.inventory).toEqual({ manifest: join(folder, "report/manifest.json"), root: join(folder, "report") });
  expect(config.actions.rules[0]?.when).toEqual({ largerThan: 5 * 1024 ** 3, smallerThan: 12345, latest: true, olderThanDays: 30 });
  expect(config.redis).toBe("rediss://user:pass@host:6380/1");
});

test("a RADOS Gateway's user IDs are account IDs", async () => {
  const config = await load(
    `campaign: rgw
bucket: { name: b-1, owner: lake-owner, endpoint: "http://127.0.0.1:7480", dialect: rgw, keys: { accessKeyId: from-env:A, secretAccessKey: from-env:B } }
inventory: { manifest: ./manifest.json }
accounts: [{ id: uploader-a, canonicalId: uploader-a, keys: { accessKeyId: from-env:A, secretAccessKey: from-env:B } }]
store: s3://bucket/prefix/
`,
    { A: "a", B: "b" },
  );
  expect(config.bucket.dialect).toBe("rgw");
  expect(config.accounts[0]?.canonicalId).toBe("uploader-a");
  expect(config.store).toBe("s3://bucket/prefix");
});

describe("one problem each, with its line", () => {
  const cases: [string, string, string | RegExp][] = [
    [
      "a misspelt key",
      line(6, '  - { id: "333344445555", profil: partners }'),
      '6: accounts[1].profil: unknown key; did you mean "profile"?',
    ],
    ["a key that means nothing", line(15, "redis: embedded\nfrobnicate: 1"), /^16: frobnicate: unknown key; known here: campaign, bucket/],
    [
      "a short account number",
      line(6, '  - { id: "33334444555", profile: partners }').replace(RULE_333, ""),
      /^6: accounts\[1\].id: must be an AWS account number: 12 digits.*not "33334444555"/,
    ],
    [
      "a role of another account",
      line(5, '  - { id: "222233334444", role: arn:aws:iam::999999999999:role/quitclaim }'),
      /^5: accounts\[0\].role: is a role of account 999999999999, but this entry is account 222233334444/,
    ],
    [
      "a user's ARN",
      line(5, '  - { id: "222233334444", role: arn:aws:iam::222233334444:user/me }'),
      /^5: accounts\[0\].role: must be the ARN of an IAM role/,
    ],
    [
      "an account listed twice",
      line(6, '  - { id: "222233334444", name: twice, profile: partners }').replace(RULE_333, ""),
      /^6: accounts\[1\].id: "222233334444" stands at accounts\[0\] already/,
    ],
    [
      "the bucket owner as uploader",
      line(5, '  - { id: "111122223333", profile: p }'),
      /^5: accounts\[0\].id: is the bucket owner; its own objects need nothing/,
    ],
    [
      "a bucket URL for a name",
      line(2, 'bucket: { name: "s3://data-lake-prod", owner: "111122223333", region: eu-central-1 }'),
      /^2: bucket.name: must be the bare name/,
    ],
    [
      "a bad bucket name",
      line(2, 'bucket: { name: "a b", owner: "111122223333", region: eu-central-1 }'),
      /^2: bucket.name: is no bucket name/,
    ],
    [
      "a missing Region",
      line(2, 'bucket: { name: data-lake-prod, owner: "111122223333" }'),
      /^2: bucket.region: is missing; write the bucket's Region/,
    ],
    [
      "another file of the report",
      line(3, "inventory: { manifest: s3://reports/x/manifest.checksum }"),
      /^3: inventory.manifest: must end in manifest.json/,
    ],
    [
      "no accounts",
      DESIGN.replace(/accounts:[\s\S]*?actions:/, "accounts: []\nactions:").replace(RULE_333, ""),
      /^4: accounts: must hold at least one uploading account/,
    ],
    [
      "an unknown action",
      line(8, "  default: alc"),
      '8: actions.default: must be one of acl, copy, reencrypt, hold, skip, not "alc"; did you mean acl?',
    ],
    [
      "a rule for a stranger",
      line(12, '    - { when: { account: "444455556666" }, do: copy }'),
      /^12: actions.rules\[1\].when.account: "444455556666" is none of this campaign's accounts/,
    ],
    [
      "a wrong encryption",
      line(11, "    - { when: { encryption: KMS }, do: hold }"),
      /^11: actions.rules\[0\].when.encryption: must be one of SSE-S3/,
    ],
    [
      "a size nobody can read",
      line(11, "    - { when: { largerThan: five }, do: hold }"),
      /^11: actions.rules\[0\].when.largerThan: must be a size.*not "five"/,
    ],
    ["reencrypt without a key", line(8, "  default: reencrypt"), /^8: actions.default: reencrypt needs a key of the bucket owner/],
    [
      "too large a batch",
      line(13, "limits: { batchRows: 5000 }"),
      /^13: limits.batchRows: must be a whole number from 1 to 1000, not 5000/,
    ],
    ["a missing store", line(14, ""), /^1: store: is missing; write a folder for the campaign, or s3:\/\/bucket\/prefix/],
    ["another database", line(15, "redis: memcached://x"), /^15: redis: must be `embedded`, or a redis:\/\//],
    [
      "two sources of credentials",
      line(6, '  - { id: "333344445555", profile: partners, credentials: default }'),
      /^6: accounts\[1\].credentials: is one source of credentials too many/,
    ],
    ["no credentials", line(6, '  - { id: "333344445555", name: partners }'), /^6: accounts\[1\]: has no credentials; write role:/],
    [
      "an external ID without a role",
      line(6, '  - { id: "333344445555", profile: p, externalId: abc }'),
      /^6: accounts\[1\].externalId: only goes with a role/,
    ],
    ["text where a mapping belongs", line(3, "inventory: here"), /^3: inventory: must be inventory: \{ manifest/],
  ];
  for (const [name, text, expected] of cases)
    test(name, async () => {
      const found = await problems(text, ENV);
      expect(found).toHaveLength(1);
      if (typeof expected === "string") expect(found[0]).toBe(expected);
      else expect(found[0]).toMatch(expected);
    });
});

test("a variable that is not set is named", async () => {
  expect(await problems(DESIGN)).toEqual([
    "5: accounts[0].externalId: the environment variable QC_EXT is not set; export it before you start quitclaim",
  ]);
});

test("secrets are refused and never repeated", async () => {
  const secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12";
  const text = `${line(6, `  - { id: "333344445555", keys: { accessKeyId: AKIAIOSFODNN7EXAMPLE, secretAccessKey: ${secret} } }`)}`.replace(
    "redis: embedded",
    "redis: redis://:hunter2@host:6379",
  );
  const found = await problems(text, ENV);
  expect(found.map((p) => p.slice(0, p.indexOf(": ", 4)))).toEqual([
    "6: accounts[1].keys.accessKeyId",
    "6: accounts[1].keys.secretAccessKey",
    "15: redis",
  ]);
  const all = found.join("\n");
  for (const hidden of [secret, "AKIAIOSFODNN7EXAMPLE", "hunter2"]) expect(all).not.toContain(hidden);
  const stray = await problems(line(1, `campaign: lake\nsecret: ${secret}`), ENV);
  expect(stray).toEqual([expect.stringMatching(/^2: secret: this looks like an AWS key/)]);
  // A value of the environment may be secret as well.
  const wrong = await problems(line(15, "redis: from-env:R"), { ...ENV, R: "http://user:hunter2@host" });
  expect(wrong.join()).toMatch(/not the value of R/);
  expect(wrong.join()).not.toContain("hunter2");
});

test("all problems come at once, in the order of their lines", async () => {
  const found = await problems(`campaign: a b
bucket: { name: x, owner: "1", regoin: eu }
accounts: [{ id: "222233334444", rol: x }, { id: "222233334444", profile: p }]
store: ./x
`);
  expect(found.map((p) => p.split(": ").slice(0, 2).join(" "))).toEqual([
    "1 campaign",
    "1 inventory",
    "2 bucket.name",
    "2 bucket.owner",
    "2 bucket.regoin",
    "2 bucket.region",
    "3 accounts[0].rol",
    "3 accounts[1].id",
  ]);
});

test("broken YAML, an empty file and a missing one are told apart", async () => {
  expect((await problems("campaign: [a\nbucket: {"))[0]).toMatch(/^\d+: : not valid YAML: /);
  expect((await problems("campaign: a\ncampaign: b"))[0]).toMatch(/^2: : not valid YAML: this key stands here twice/);
  expect(await problems("# nothing\n")).toEqual(["0: : holds no settings; `quitclaim init FILE` writes a commented file to begin with"]);
  expect(() => loadConfig(join(folder, "absent.yaml"))).toThrow(/absent.yaml: there is no such file; `quitclaim init FILE`/);
  expect(() => loadConfig(folder)).toThrow(/is a folder/);
});

test("the message has one line for each problem", async () => {
  const file = join(folder, "told.yaml");
  await writeFile(file, line(6, '  - { id: "333344445555", profil: partners }'));
  expect(() => loadConfig(file, ENV)).toThrow(`${file}:6: accounts[1].profil: unknown key; did you mean "profile"?`);
});

test("prices are taken as they are given, and what is wrong with them is said with its line", async () => {
  const priced = (...lines: string[]): string => `${DESIGN}prices:\n${lines.map((l) => `  ${l}\n`).join("")}`;
  expect((await load(DESIGN, ENV)).prices).toBeUndefined();
  const given = priced('asOf: "2026-11, eu-central-1"', "storageClasses:", "  STANDARD: { putPer1000: 0.0054 }", "kmsPer10000: 0.03");
  expect((await load(given, ENV)).prices).toEqual({
    asOf: "2026-11, eu-central-1",
    storageClasses: { STANDARD: { putPer1000: 0.0054 } },
    kmsPer10000: 0.03,
  });
  const wrong = priced(
    "asOf: 2026-11",
    "storageClasses:",
    "  STANDARD: { putPer1000: -1 }",
    "  STANDARD_IA: { put: 0.01 }",
    "  standard: { putPer1000: 1 }",
    "kmsPer10000: free",
    "cloudTrail: 1",
  );
  const said = await problems(wrong, ENV);
  expect(said.map((p) => p.split(": ").slice(0, 2).join(": "))).toEqual([
    "19: prices.storageClasses.STANDARD.putPer1000",
    "20: prices.storageClasses.STANDARD_IA.put",
    "21: prices.storageClasses.standard",
    "22: prices.kmsPer10000",
    "23: prices.cloudTrail",
  ]);
});
