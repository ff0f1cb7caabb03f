import { accountId, canonicalId } from "@quitclaim/campaign";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerRecord } from "../src/answers/record.ts";
import type { BucketState } from "../src/bucket/state.ts";
import { fenceStatement } from "../src/fence/statement.ts";
import { aclDemands } from "../src/policy/acl-conditions.ts";
import { coverage } from "../src/policy/allows.ts";
import { type Statement, samePolicy, sameStatement } from "../src/policy/document.ts";
import { logDeliveryStatement, translateBucketGrants } from "../src/policy/from-acl.ts";
import { globMatches, literal } from "../src/policy/glob.ts";
import { withoutStatements, withStatements } from "../src/policy/merge.ts";
import { restoration } from "../src/rollback/target-state.ts";

const whose = "the policy";
const word = fc.string({ minLength: 1, maxLength: 6 });
const statements = fc.array(
  fc.record({
    Sid: word,
    Effect: fc.constantFrom("Allow", "Deny"),
    Principal: fc.constant("*" as const),
    Action: word,
    Resource: fc.array(word, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const added: Statement = { Sid: "QuitclaimFence", Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/*" };

describe("statements of our own", () => {
  it.each([
    ["us-east-1", "arn:aws:s3:::b"],
    ["cn-northwest-1", "arn:aws-cn:s3:::b"],
    ["us-gov-east-1", "arn:aws-us-gov:s3:::b"],
  ])("name the bucket of %s as %s: S3 refuses a policy with another partition's ARNs", (region, bucket) => {
    const to = { bucket: "b", ownerAccountId: accountId("111122223333"), region };
    expect(fenceStatement(to, region).Resource).toBe(`${bucket}/*`);
    const reader = translateBucketGrants([{ id: canonicalId("a".repeat(64)), permission: "FULL_CONTROL" }], to);
    expect(reader).toMatchObject({ statements: [{ Resource: bucket }, { Resource: `${bucket}/*` }] });
    const partition = bucket.split(":")[1] as string;
    expect(logDeliveryStatement(to)).toMatchObject({
      Resource: `${bucket}/*`,
      Condition: { ArnLike: { "aws:SourceArn": `arn:${partition}:s3:::*` } },
    });
  });
});

describe("statements in a policy", () => {
  it("come and go without touching the others, whatever the policy says and however it is written", () => {
    fc.assert(
      fc.property(statements, fc.boolean(), fc.constantFrom(undefined, 2), (present, single, spaces) => {
        const policy = JSON.stringify({ Version: "2012-10-17", Id: "i", Statement: single ? present[0] : present }, null, spaces);
        const merged = withStatements(policy, [added], whose);
        expect(withStatements(merged, [added], whose)).toBe(merged);
        const kept = (JSON.parse(merged) as { Statement: Statement[] }).Statement;
        expect(kept.slice(0, -1)).toEqual(single ? [present[0]] : present);
        const back = withoutStatements(merged, [added], whose);
        expect(
          samePolicy(back, JSON.stringify({ Version: "2012-10-17", Id: "i", Statement: single ? [present[0]] : present }), whose),
        ).toBe(true);
        expect(withoutStatements(policy, [added], whose)).toBe(policy);
      }),
    );
  });

  it("make a policy where there was none, and leave none behind", () => {
    const made = withStatements(null, [added], whose);
    expect(JSON.parse(made)).toEqual({ Version: "2012-10-17", Statement: [added] });
    expect(withoutStatements(made, [added], whose)).toBeNull();
  });

  it("are the same however S3 gives them back", () => {
    expect(sameStatement(added, { ...added, Action: ["s3:PutObject"], Resource: ["arn:aws:s3:::b/*"] })).toBe(true);
    expect(sameStatement({ ...added, Action: ["a", "b"] }, { ...added, Action: ["b", "a"] })).toBe(true);
    expect(sameStatement(added, { ...added, Effect: "Allow" })).toBe(false);
  });

  it("are refused where the policy's version gives their variables another meaning", () => {
    const old = JSON.stringify({ Version: "2008-10-17", Statement: [] });
    expect(() => withStatements(old, [{ ...added, Resource: `arn:aws:s3:::b/${literal("a*b")}` }], whose)).toThrow(/2012-10-17/);
    expect(() => withStatements("{", [added], whose)).toThrow(/not valid JSON/);
    expect(() => withStatements("[]", [added], whose)).toThrow(/no Statement/);
  });
});

describe("conditions on ACL headers", () => {
  const on = (Effect: string, Condition: Record<string, Record<string, string | string[]>>): string =>
    aclDemands({ Effect, Principal: "*", Action: "s3:PutObject", Resource: "*", Condition })
      .map((d) => d.kind)
      .join();

  it.each([
    ["Allow", { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } }, "harmless"],
    ["Allow", { StringEquals: { "s3:x-amz-acl": "public-read" } }, "refused"],
    ["Allow", { StringEquals: { "s3:x-amz-acl": ["public-read", "bucket-owner-full-control"] } }, "harmless"],
    ["Allow", { StringLike: { "s3:X-Amz-Acl": "bucket-owner-*" } }, "harmless"],
    ["Allow", { StringEqualsIfExists: { "s3:x-amz-acl": "private" } }, "harmless"],
    ["Allow", { StringNotEquals: { "s3:x-amz-acl": "public-read" } }, "harmless"],
    ["Allow", { StringEquals: { "s3:x-amz-grant-full-control": "id=x" } }, "refused"],
    ["Allow", { Null: { "s3:x-amz-grant-read": "false" } }, "refused"],
    ["Allow", { Null: { "s3:x-amz-acl": "false" } }, "harmless"],
    ["Deny", { StringNotEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } }, "harmless"],
    ["Deny", { StringNotEquals: { "s3:x-amz-acl": "private" } }, "refused"],
    ["Deny", { StringEquals: { "s3:x-amz-acl": "public-read" } }, "harmless"],
    ["Deny", { Null: { "s3:x-amz-acl": "true" } }, "harmless"],
    ["Deny", { Null: { "s3:x-amz-grant-full-control": "true" } }, "refused"],
    ["Deny", { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } }, ""],
  ] as const)("%s with %j is %s once ACLs are disabled", (effect, condition, expected) => {
    expect(on(effect, condition as Parameters<typeof on>[1])).toBe(expected);
  });
});

describe("what a policy replaces", () => {
  const id = canonicalId("a".repeat(64));
  const grantee = { kind: "account", canonicalId: id, accountId: "222233334444" } as const;
  const need = { grantee, action: "s3:GetObject", resource: "arn:aws:s3:::b/raw/*" } as Parameters<typeof coverage>[1];
  const base: Statement = { Effect: "Allow", Principal: { CanonicalUser: id }, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

  it.each([
    [base, "allowed"],
    [{ ...base, Principal: { AWS: "arn:aws:iam::222233334444:root" } }, "allowed"],
    [{ ...base, Principal: { AWS: ["222233334444"] } }, "allowed"],
    [{ ...base, Principal: { AWS: "arn:aws:iam::222233334444:role/one" } }, "none"],
    [{ ...base, Principal: "*" }, "allowed"],
    [{ ...base, Action: ["s3:get*"] }, "allowed"],
    [{ ...base, Action: "s3:ListBucket" }, "none"],
    [{ ...base, Resource: "arn:aws:s3:::b/raw/*" }, "allowed"],
    [{ ...base, Resource: "arn:aws:s3:::b/raw/2026/*" }, "none"],
    [{ ...base, Condition: { Bool: { "aws:SecureTransport": "true" } } }, "conditional"],
    [{ ...base, Effect: "Deny" }, "denied"],
    [{ ...base, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }, "none"],
  ] as [Statement, string][])("%j is %s", (statement, expected) => {
    expect(coverage([statement], need)).toBe(expected);
  });

  it("matches what a literal key says, and a pattern whatever it covers", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "/", "*", "?", "$") }), (key) => {
        expect(globMatches(literal(key), literal(key))).toBe(true);
        expect(globMatches("*", literal(key))).toBe(true);
        expect(globMatches(`${literal(key)}x`, literal(key))).toBe(false);
      }),
    );
  });
});

describe("the state that a rollback restores", () => {
  const acl = { owner: canonicalId("o"), grants: [] };
  const open = { ...acl, grants: [{ id: canonicalId("x"), permission: "READ" as const }] };
  const before = JSON.stringify({ Statement: [{ ...added, Sid: "Theirs" }] }, null, 2);
  const after = withStatements(before, [added], whose);
  const fix: AnswerRecord = {
    id: "bucket-acl-grants",
    stage: "applied",
    at: "",
    before: { policy: before, acl: open },
    after: { policy: after, acl },
    statements: [added],
  };
  const state = (policy: string | null): BucketState => ({ ownership: "ObjectWriter", policy, acl, publicAccess: null });

  it("is the one before the fix, to the byte, where nothing else was changed", () => {
    expect(restoration(state(after), [fix], whose)).toEqual({
      to: { ...state(before), acl: open },
      undone: ["bucket-acl-grants"],
      kept: [],
    });
  });

  it("keeps what was added on top, and loses only the fix's statements", () => {
    const other = { ...added, Sid: "Later" };
    const { to } = restoration(state(withStatements(after, [other], whose)), [fix], whose);
    expect(samePolicy(to.policy, withStatements(before, [other], whose), whose)).toBe(true);
  });

  it("leaves alone, and says, what somebody has changed in the fix itself", () => {
    const changed = JSON.stringify({ Statement: [{ ...added, Effect: "Allow" }] });
    const { to, kept } = restoration(
      { ...state(changed), acl: { ...acl, grants: [{ id: canonicalId("y"), permission: "READ" }] } },
      [fix],
      whose,
    );
    expect(to.policy).toBe(changed);
    expect(kept.length).toBe(2);
  });

  it("takes several fixes back, newest first, and those taken back already not at all", () => {
    const second: AnswerRecord = {
      ...fix,
      id: "third-party-grants",
      before: { policy: after, acl },
      after: { policy: "{}", acl },
      statements: [],
    };
    expect(restoration(state("{}"), [fix, second], whose).to.policy).toBe(before);
    expect(restoration(state(after), [{ ...fix, stage: "undone" }], whose).to).toEqual(state(after));
  });
});
