// The grants table and the bucket policy draft: valid, under 20 KB, and silent about nothing that it leaves out.
import { canonicalId, type Grant } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { draftPolicy } from "../src/grants/policy.ts";
import { grantTable } from "../src/grants/table.ts";
import { addTally, countGrant, emptyTally } from "../src/scan/tally.ts";

const READ = (id: string): Grant => ({ id: canonicalId(id), permission: "READ" });
const group = (name: string): Grant => ({ uri: `http://acs.amazonaws.com/groups/${name}`, permission: "READ" });

function tableOf(...grants: [Grant, string[]][]) {
  const tally = emptyTally();
  for (const [grant, keys] of grants) for (const key of keys) countGrant(tally, grant, key, 10, key.startsWith("own/"));
  return grantTable(tally.grants.values());
}
const many = (prefix: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

describe("the table", () => {
  test("counts objects, bytes, prefixes and what the bucket owner owns already; most objects first", () => {
    expect(tableOf([READ("a"), ["x/1"]], [READ("b"), [...many("x/", 30), "own/1", "top"]])).toEqual([
      {
        grantee: "b",
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
        grantee: "a",
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
    const { policy } = draftPolicy("b", tableOf([READ("a"), ["x/1", "y/*?$"]]));
    expect(policy.Statement).toEqual([
      {
        Sid: "KeepObjectAcl1",
        Effect: "Allow",
        Principal: { CanonicalUser: "a" },
        Action: ["s3:GetObject", "s3:GetObjectVersion"],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a policy spells them
        Resource: ["arn:aws:s3:::b/x/1", "arn:aws:s3:::b/y/${*}${?}${$}"],
      },
    ]);
  });
  test("names many objects by prefix, and says that this is wider", () => {
    const { policy, remarks } = draftPolicy("b", tableOf([READ("a"), [...many("x/", 30), ...many("y/", 3)]]));
    expect(policy.Statement[0]?.Resource).toEqual(["arn:aws:s3:::b/x/*", "arn:aws:s3:::b/y/*"]);
    expect(remarks.join("\n")).toMatch(/Wider than the ACLs: a READ on 33 objects/);
  });
  test("does not grant the whole bucket for objects without a prefix", () => {
    const { policy, remarks } = draftPolicy("b", tableOf([READ("a"), many("top", 30)]));
    expect(policy.Statement).toEqual([]);
    expect(remarks.join("\n")).toMatch(/Not in the policy: a READ on 30 objects/);
  });
  test("calls public access public, and says what no policy can say", () => {
    const { policy, remarks } = draftPolicy(
      "b",
      tableOf([group("global/AllUsers"), ["x/1"]], [group("global/AuthenticatedUsers"), ["x/1"]], [group("s3/LogDelivery"), ["x/1"]]),
    );
    expect(policy.Statement.map((s) => s.Principal)).toEqual(["*"]);
    expect(remarks.join("\n")).toMatch(/Block Public Access/);
    expect(remarks.join("\n")).toMatch(/AuthenticatedUsers READ/);
    expect(remarks.join("\n")).toMatch(/logging\.s3\.amazonaws\.com/);
  });
  test("stays under 20 KB and tells of each grantee that did not fit", () => {
    const grants = Array.from({ length: 200 }, (_, i): [Grant, string[]] => [READ(`${"f".repeat(60)}${i}`), [`some/prefix/object-${i}`]]);
    const { policy, remarks } = draftPolicy("b", tableOf(...grants));
    expect(Buffer.byteLength(`${JSON.stringify(policy, null, 2)}\n`)).toBeLessThan(20 * 1024);
    expect(policy.Statement.length).toBeGreaterThan(20);
    expect(remarks.filter((r) => r.includes("does not fit")).length).toBe(200 - policy.Statement.length);
  });
});
