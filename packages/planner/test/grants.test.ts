// The grants table and the bucket policy draft: valid, under 20 KB, and silent about nothing that it leaves out.
import { canonicalId, type Grant } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { draftPolicy } from "../src/grants/policy.ts";
import { grantTable } from "../src/grants/table.ts";
import { type AclsTold, writeGrants } from "../src/grants/write.ts";
import { addTally, countGrant, emptyTally } from "../src/scan/tally.ts";
import { withStore } from "./fixture/planned.ts";

const B = { name: "b", region: "eu-central-1" };

/** 64 hexadecimal digits that end like this. */
const ID = (id: string): string => id.padStart(64, "0");
const READ = (id: string): Grant => ({ id: canonicalId(ID(id)), permission: "READ" });
const group = (name: string): Grant => ({ uri: `http://acs.amazonaws.com/groups/${name}`, permission: "READ" });

const none = { objects: 0, ownedByBucketOwner: 0 };

function tableOf(...grants: [Grant, string[]][]) {
  const tally = emptyTally();
  for (const [grant, keys] of grants) for (const key of keys) countGrant(tally, grant, key, 10, key.startsWith("own/"));
  return grantTable(tally.grants.values());
}
const many = (prefix: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

describe("what is said of the grants", () => {
  const readme = (table: ReturnType<typeof tableOf>, told: AclsTold): Promise<string> =>
    withStore(async (store) => {
      await writeGrants(store, B, table, told);
      return Buffer.from((await store.read("grants/README")) ?? []).toString();
    });

  test("is that nobody else has access only where the report tells every ACL", async () => {
    expect(await readme([], { absent: false, unknown: none })).toMatch(/^Object ACLs in b give nobody else access,.*planned from\.\n/);
    expect(await readme([], { absent: false, unknown: { objects: 2_000, ownedByBucketOwner: 1 } })).toMatch(
      /nobody else access.* The ACL is NOT KNOWN of 2,000 objects, 1 of them the bucket owner's own: more may be given/,
    );
    const unseen = await readme([], { absent: true, unknown: { objects: 2, ownedByBucketOwner: 2 } });
    expect(unseen).toMatch(/NOT KNOWN: .* has no ObjectAccessControlList\. That is 2 objects, all the bucket owner's own;/);
    expect(unseen).not.toMatch(/nobody else/);
  });
});

describe("the table", () => {
  test("counts objects, bytes, prefixes and what the bucket owner owns already; most objects first", () => {
    expect(tableOf([READ("a"), ["x/1"]], [READ("b"), [...many("x/", 30), "own/1", "top"]])).toEqual([
      {
        grantee: ID("b"),
        kind: "account",
        permission: "READ",
        public: false,
        objects: 32,
        bytes: 320,
        ownedByBucketOwner: 1,
        prefixes: { "": 1, "own/": 1, "x/": 30 },
        keys: null,
      },
      {
        grantee: ID("a"),
        kind: "account",
        permission: "READ",
        public: false,
        objects: 1,
        bytes: 10,
        ownedByBucketOwner: 0,
        prefixes: { "x/": 1 },
        keys: ["x/1"],
      },
    ]);
  });
  test("is the same however rows are cut into files", () => {
    const keys = Array.from({ length: 600 }, (_, i) => `p${i % 250}/k${i}`);
    const whole = emptyTally();
    for (const key of keys) countGrant(whole, READ("a"), key, 1, false);
    for (const cut of [1, 199, 300, 599]) {
      const sum = emptyTally();
      for (const part of [keys.slice(0, cut), keys.slice(cut)]) {
        const tally = emptyTally();
        for (const key of part) countGrant(tally, READ("a"), key, 1, false);
        addTally(sum, tally, "file");
      }
      expect(grantTable(sum.grants.values())).toEqual(grantTable(whole.grants.values()));
    }
  });
});

describe("the policy draft", () => {
  test("names few objects one by one, with characters that mean something in a policy made harmless", () => {
    const { policy } = draftPolicy(B, tableOf([READ("a"), ["x/1", "y/*?$"]]));
    expect(policy.Statement).toEqual([
      {
        Sid: "KeepObjectAcl1",
        Effect: "Allow",
        Principal: { CanonicalUser: ID("a") },
        Action: ["s3:GetObject", "s3:GetObjectVersion"],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a policy spells them
        Resource: ["arn:aws:s3:::b/x/1", "arn:aws:s3:::b/y/${*}${?}${$}"],
      },
    ]);
  });
  test("names many objects by prefix, and says that this is wider", () => {
    const { policy, remarks } = draftPolicy(B, tableOf([READ("a"), [...many("x/", 30), ...many("y/", 3)]]));
    expect(policy.Statement[0]?.Resource).toEqual(["arn:aws:s3:::b/x/*", "arn:aws:s3:::b/y/*"]);
    expect(remarks.join("\n")).toMatch(/Wider than the ACLs: 0+a READ on 33 objects/);
  });
  test("names the deepest path below which they all lie, however rows are cut into files", () => {
    const keys = [...many("raw/clicks/2024/", 30), ...many("raw/clicks/2025/x/", 2), ...many("raw/clicks/2", 1), ...many("logs/a/b/", 40)];
    for (const cut of [0, 1, 30, 31, keys.length]) {
      const sum = emptyTally();
      for (const part of [keys.slice(cut), keys.slice(0, cut)]) {
        const tally = emptyTally();
        for (const key of part) countGrant(tally, READ("a"), key, 1, false);
        addTally(sum, tally, "file");
      }
      const table = grantTable(sum.grants.values());
      expect(table[0]?.prefixes).toEqual({ "logs/a/b/": 40, "raw/clicks/": 33 });
      expect(draftPolicy(B, table).policy.Statement[0]?.Resource).toEqual(["arn:aws:s3:::b/logs/a/b/*", "arn:aws:s3:::b/raw/clicks/*"]);
    }
  });
  test.each([
    ["cn-north-1", "arn:aws-cn:s3:::b/x/1"],
    ["us-gov-west-1", "arn:aws-us-gov:s3:::b/x/1"],
    ["us-iso-east-1", "arn:aws-iso:s3:::b/x/1"],
    ["us-isob-east-1", "arn:aws-iso-b:s3:::b/x/1"],
    ["us-east-1", "arn:aws:s3:::b/x/1"],
    ["default", "arn:aws:s3:::b/x/1"],
  ])("in %s names its objects as %s, because S3 refuses ARNs of another partition", (region, arn) => {
    const { policy } = draftPolicy({ name: "b", region }, tableOf([READ("a"), ["x/1"]]));
    expect(policy.Statement[0]?.Resource).toEqual([arn]);
  });
  test("leaves out what is no canonical ID, because S3 would refuse the whole policy", () => {
    const anonymous: Grant = { id: canonicalId("65a011a29cdf8ec533ec3d1ccaae921c"), permission: "READ" };
    const { policy, remarks } = draftPolicy(B, tableOf([anonymous, ["x/1"]], [READ("a"), ["x/1"]]));
    expect(policy.Statement.map((s) => s.Principal)).toEqual([{ CanonicalUser: ID("a") }]);
    expect(remarks.join("\n")).toMatch(/65a011a29cdf8ec533ec3d1ccaae921c READ on 1 objects\. It is no canonical ID/);
    expect(remarks.join("\n")).toMatch(/accounts does not exist any more/);
  });
  test("as it is written: JSON that S3's grammar allows, below its size, every Sid once", async () => {
    await withStore(async (store) => {
      const grants = Array.from({ length: 120 }, (_, i): [Grant, string[]] => [READ(i.toString(16)), [`ünï "quoted"/${i}`, `tab\t/${i}`]]);
      await writeGrants(store, B, tableOf(...grants, [group("global/AllUsers"), ["x/1"]]), { absent: false, unknown: none });
      const bytes = (await store.read("grants/bucket-policy.json")) ?? new Uint8Array();
      expect(bytes.length).toBeLessThan(20 * 1024);
      const policy = JSON.parse(Buffer.from(bytes).toString()) as { Version: string; Statement: Record<string, unknown>[] };
      expect(policy.Version).toBe("2012-10-17");
      expect(new Set(policy.Statement.map((s) => s.Sid)).size).toBe(policy.Statement.length);
      for (const statement of policy.Statement) {
        expect(Object.keys(statement)).toEqual(["Sid", "Effect", "Principal", "Action", "Resource"]);
        expect(statement.Sid).toMatch(/^[A-Za-z0-9]+$/);
        for (const resource of statement.Resource as string[]) expect(resource.startsWith("arn:aws:s3:::b/")).toBe(true);
      }
      const readme = Buffer.from((await store.read("grants/README")) ?? []).toString();
      expect(readme.match(/would not fit any more/g)?.length).toBe(121 - policy.Statement.length);
    });
  });
  test("does not grant the whole bucket for objects without a prefix", () => {
    const { policy, remarks } = draftPolicy(B, tableOf([READ("a"), many("top", 30)]));
    expect(policy.Statement).toEqual([]);
    expect(remarks.join("\n")).toMatch(/Not in the policy: 0+a READ on 30 objects/);
  });
  test("calls public access public, and says what no policy can say", () => {
    const { policy, remarks } = draftPolicy(
      B,
      tableOf([group("global/AllUsers"), ["x/1"]], [group("global/AuthenticatedUsers"), ["x/1"]], [group("s3/LogDelivery"), ["x/1"]]),
    );
    expect(policy.Statement.map((s) => s.Principal)).toEqual(["*"]);
    expect(policy.Statement.map((s) => s.Sid)).toEqual(["KeepPublicObjectAcl1"]);
    expect(remarks.join("\n")).toMatch(/Block Public Access \(BlockPublicPolicy\) refuses the whole policy/);
    expect(remarks.filter((r) => r.startsWith("PUBLIC"))).toEqual([
      "PUBLIC: everyone on the internet has READ on 1 objects. Is that meant? Block Public Access would refuse a policy that keeps it.",
      "PUBLIC: everyone with an AWS account has READ on 1 objects. Is that meant? Block Public Access would refuse a policy that keeps it.",
    ]);
    expect(remarks.join("\n")).toMatch(/AuthenticatedUsers READ/);
    expect(remarks.join("\n")).toMatch(/logging\.s3\.amazonaws\.com/);
  });
  test("stays under 20 KB and tells of each grantee that did not fit", () => {
    const grants = Array.from({ length: 200 }, (_, i): [Grant, string[]] => [
      READ(`${"f".repeat(60)}${i.toString(16)}`),
      [`some/prefix/object-${i}`],
    ]);
    const { policy, remarks } = draftPolicy(B, tableOf(...grants));
    expect(Buffer.byteLength(`${JSON.stringify(policy, null, 2)}\n`)).toBeLessThan(20 * 1024);
    expect(policy.Statement.length).toBeGreaterThan(20);
    expect(remarks.filter((r) => r.includes("would not fit")).length).toBe(200 - policy.Statement.length);
  });
});
