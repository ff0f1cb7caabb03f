// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written exactly so.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Principal } from "../../src/account/principal.ts";
import { MalformedPolicyError, type PolicyKind, parsePolicy, policyFrom } from "../../src/iam/document.ts";
import { decide, type Effect, evaluate, type PolicyRequest } from "../../src/iam/evaluate.ts";
import { arnMatches, globMatches } from "../../src/iam/glob.ts";
import { identityVerdict } from "../../src/identity-verdict.ts";

const canonicalId = "82b389c708121af9ad87df9360b2724f8e73dc67e3843065963bc288a6b9a4bb";
const user: Principal = {
  kind: "identity",
  accountId: "222233334444",
  canonicalId,
  arn: "arn:aws:iam::222233334444:user/loader",
  policies: "everything",
};
const session: Principal = {
  kind: "session",
  accountId: "222233334444",
  canonicalId,
  arn: "arn:aws:sts::222233334444:assumed-role/quitclaim/run-1",
  roleArn: "arn:aws:iam::222233334444:role/quitclaim",
  policies: "everything",
  expiresAt: 0,
};
const anonymous: Principal = { kind: "anonymous" };

function request(changes: Partial<PolicyRequest> & { readonly keys?: Record<string, string[]> } = {}): PolicyRequest {
  const { keys, ...rest } = changes;
  return {
    principal: user,
    action: "s3:GetObject",
    resource: "arn:aws:s3:::lake/a/b",
    context: new Map(Object.entries(keys ?? {})),
    ...rest,
  };
}

const allowAll = { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::lake/*" };

describe("which principals a statement speaks of", () => {
  const cases: [string, unknown, PolicyRequest["principal"], Effect][] = [
    ["everybody, for an anonymous request", "*", anonymous, "allow"],
    ["everybody written as AWS: *", { AWS: "*" }, anonymous, "allow"],
    ["an account by number", { AWS: "222233334444" }, user, "allow"],
    ["an account by its root ARN", { AWS: "arn:aws:iam::222233334444:root" }, session, "allow"],
    ["another account", { AWS: ["arn:aws:iam::111122223333:root"] }, user, "none"],
    ["a user by ARN", { AWS: "arn:aws:iam::222233334444:user/loader" }, user, "allow"],
    ["a role, for a session of it", { AWS: "arn:aws:iam::222233334444:role/quitclaim" }, session, "allow"],
    ["one session of a role", { AWS: "arn:aws:sts::222233334444:assumed-role/quitclaim/run-1" }, session, "allow"],
    ["another session of the role", { AWS: "arn:aws:sts::222233334444:assumed-role/quitclaim/run-2" }, session, "none"],
    ["a canonical id", { CanonicalUser: canonicalId }, user, "allow"],
    ["a canonical id, for an anonymous request", { CanonicalUser: canonicalId }, anonymous, "none"],
    [
      "a service",
      { Service: "batchoperations.s3.amazonaws.com" },
      { kind: "service", service: "batchoperations.s3.amazonaws.com" },
      "allow",
    ],
    ["a service, for a user", { Service: "batchoperations.s3.amazonaws.com" }, user, "none"],
  ];
  test.each(cases)("%s", (_name, Principal, principal, expected) => {
    expect(evaluate(policyFrom({ Statement: { ...allowAll, Principal } }), request({ principal }))).toBe(expected);
  });

  test("NotPrincipal speaks of everybody but those named", () => {
    const deny = policyFrom({
      Statement: { Effect: "Deny", NotPrincipal: { AWS: "222233334444" }, Action: "s3:*", Resource: "arn:aws:s3:::lake/*" },
    });
    expect(evaluate(deny, request())).toBe("none");
    expect(evaluate(deny, request({ principal: anonymous }))).toBe("deny");
  });

  test("an allow that names only the account is told apart from one that names the principal", () => {
    const byAccount = policyFrom({ Statement: { ...allowAll, Principal: { AWS: "222233334444" } } });
    const byArn = policyFrom({ Statement: { ...allowAll, Principal: { AWS: "arn:aws:iam::222233334444:user/loader" } } });
    expect(decide(byAccount, request())).toEqual({ effect: "allow", delegated: true });
    expect(decide(byArn, request())).toEqual({ effect: "allow", delegated: false });
    expect(decide(policyFrom({ Statement: [byAccount.Statement[0], byArn.Statement[0]] }), request()).delegated).toBe(false);
  });
});

describe("actions and resources", () => {
  const cases: [string, object, Partial<PolicyRequest>, Effect][] = [
    ["actions are compared without case", { Action: "S3:getobject" }, {}, "allow"],
    ["a star in an action", { Action: "s3:*Object" }, {}, "allow"],
    ["another action", { Action: "s3:PutObject" }, {}, "none"],
    ["a list of actions", { Action: ["s3:PutObject", "s3:Get*"] }, {}, "allow"],
    ["NotAction spares the action named", { Action: undefined, NotAction: "s3:GetObject" }, {}, "none"],
    ["NotAction covers the others", { Action: undefined, NotAction: "s3:PutObject" }, {}, "allow"],
    ["a star in a resource runs over slashes", { Resource: "arn:aws:s3:::lake/*b" }, {}, "allow"],
    ["resources are compared with case", { Resource: "arn:aws:s3:::lake/A/b" }, {}, "none"],
    ["a question mark is one character", { Resource: "arn:aws:s3:::lake/?/b" }, {}, "allow"],
    ["NotResource spares the resource named", { Resource: undefined, NotResource: "arn:aws:s3:::lake/a/*" }, {}, "none"],
    ["a variable of the request", { Resource: "arn:aws:s3:::lake/${aws:username}/*" }, { resource: "arn:aws:s3:::lake/loader/x" }, "allow"],
    ["a variable without a value matches nothing", { Resource: "arn:aws:s3:::lake/${aws:nothing}*" }, {}, "none"],
    ["a variable with a default", { Resource: "arn:aws:s3:::lake/${aws:nothing, 'a'}/*" }, {}, "allow"],
  ];
  test.each(cases)("%s", (_name, change, asked, expected) => {
    const document = policyFrom({ Version: "2012-10-17", Statement: { ...allowAll, ...change } });
    expect(evaluate(document, request(asked))).toBe(expected);
  });

  test("variables are plain text in documents of 2008", () => {
    const document = policyFrom({ Version: "2008-10-17", Statement: { ...allowAll, Resource: "arn:aws:s3:::lake/${aws:username}" } });
    expect(evaluate(document, request({ resource: "arn:aws:s3:::lake/${aws:username}" }))).toBe("allow");
  });
});

describe("conditions", () => {
  const acl = "s3:x-amz-acl";
  const cases: [string, object, Record<string, string[]>, boolean][] = [
    ["StringEquals on the value", { StringEquals: { [acl]: "private" } }, { [acl]: ["private"] }, true],
    ["StringEquals on another value", { StringEquals: { [acl]: "private" } }, { [acl]: ["public-read"] }, false],
    ["StringEquals on a missing key", { StringEquals: { [acl]: "private" } }, {}, false],
    ["StringNotEquals on a missing key (the fence relies on it)", { StringNotEquals: { [acl]: "private" } }, {}, true],
    ["StringNotEquals on the value", { StringNotEquals: { [acl]: ["private", "x"] } }, { [acl]: ["x"] }, false],
    ["StringEqualsIfExists on a missing key", { StringEqualsIfExists: { [acl]: "private" } }, {}, true],
    ["StringNotLike", { StringNotLike: { [acl]: "public-*" } }, { [acl]: ["public-read"] }, false],
    ["StringLike", { StringLike: { [acl]: "public-*" } }, { [acl]: ["public-read"] }, true],
    ["StringEqualsIgnoreCase", { StringEqualsIgnoreCase: { [acl]: "PRIVATE" } }, { [acl]: ["private"] }, true],
    ["keys are compared without case", { StringEquals: { "S3:X-AMZ-ACL": "private" } }, { [acl]: ["private"] }, true],
    ["Bool given as a JSON boolean", { Bool: { "aws:SecureTransport": false } }, { "aws:securetransport": ["false"] }, true],
    ["Null true on a missing key", { Null: { [acl]: "true" } }, {}, true],
    ["Null false on a missing key", { Null: { [acl]: "false" } }, {}, false],
    ["IpAddress in the range", { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }, { "aws:sourceip": ["127.0.0.1"] }, true],
    ["NotIpAddress in the range", { NotIpAddress: { "aws:SourceIp": ["127.0.0.0/8"] } }, { "aws:sourceip": ["127.0.0.1"] }, false],
    ["IpAddress v6", { IpAddress: { "aws:SourceIp": "::1/128" } }, { "aws:sourceip": ["::1"] }, true],
    ["NumericLessThan", { NumericLessThan: { "s3:max-keys": 10 } }, { "s3:max-keys": ["9"] }, true],
    ["NumericLessThan on no number", { NumericLessThan: { "s3:max-keys": 10 } }, { "s3:max-keys": [""] }, false],
    [
      "DateGreaterThan",
      { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
      { "aws:currenttime": ["2026-01-01T00:00:00Z"] },
      true,
    ],
    ["ArnLike per part", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/*" } }, {}, true],
    ["ArnLike: a star does not run over colons before the resource", { ArnLike: { "aws:PrincipalArn": "arn:*:user/loader" } }, {}, false],
    ["aws:PrincipalAccount comes from the principal", { StringEquals: { "aws:PrincipalAccount": "222233334444" } }, {}, true],
    ["ForAnyValue", { "ForAnyValue:StringEquals": { "s3:x": ["a"] } }, { "s3:x": ["b", "a"] }, true],
    ["ForAllValues with one stranger", { "ForAllValues:StringEquals": { "s3:x": ["a"] } }, { "s3:x": ["b", "a"] }, false],
    ["ForAllValues on a missing key", { "ForAllValues:StringEquals": { "s3:x": ["a"] } }, {}, true],
    ["ForAnyValue on a missing key", { "ForAnyValue:StringEquals": { "s3:x": ["a"] } }, {}, false],
    ["all keys of an operator must hold", { StringEquals: { "s3:x": "a", "s3:y": "b" } }, { "s3:x": ["a"] }, false],
    ["all operators must hold", { StringEquals: { "s3:x": "a" }, Null: { "s3:x": true } }, { "s3:x": ["a"] }, false],
  ];
  test.each(cases)("%s", (_name, Condition, keys, holds) => {
    const document = policyFrom({ Version: "2012-10-17", Statement: { ...allowAll, Condition } });
    expect(evaluate(document, request({ keys }))).toBe(holds ? "allow" : "none");
  });
});

describe("documents AWS refuses", () => {
  const cases: [string, string, PolicyKind, RegExp][] = [
    ["no JSON", "nope", "any", /first byte must be/],
    ["cut JSON", '{"Statement":[', "any", /invalid Json/],
    ["no statement", "{}", "any", /Missing required field Statement/],
    ["a wrong version", '{"Version":"2020-01-01","Statement":[]}', "any", /valid version/],
    ["a wrong effect", '{"Statement":{"Effect":"Maybe","Action":"s3:*"}}', "any", /Invalid effect/],
    ["an unknown member", '{"Statement":{"Effect":"Allow","Acton":"s3:*"}}', "any", /Unknown field Acton/],
    ["an action without a service", '{"Statement":{"Effect":"Allow","Action":"GetObject"}}', "any", /invalid action/],
    [
      "an unknown operator",
      '{"Statement":{"Effect":"Allow","Action":"s3:*","Condition":{"StringIs":{"a":"b"}}}}',
      "any",
      /Invalid Condition type/,
    ],
    ["a bucket policy without principal", '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}', "resource", /Principal/],
    [
      "a malformed principal",
      '{"Statement":{"Effect":"Allow","Principal":{"AWS":"bob"},"Action":"s3:*","Resource":"*"}}',
      "resource",
      /Invalid principal/,
    ],
    [
      "an identity policy with a principal",
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}',
      "identity",
      /should not specify/,
    ],
    [
      "a trust policy with a resource",
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*","Resource":"*"}}',
      "trust",
      /Resource/,
    ],
  ];
  test.each(cases)("%s", (_name, json, kind, message) => {
    expect(() => parsePolicy(json, kind)).toThrow(MalformedPolicyError);
    expect(() => parsePolicy(json, kind)).toThrow(message);
  });
});

describe("properties", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ":", "."), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 8 });

  test("a wildcard pattern means what the regular expression of the same shape means", () => {
    fc.assert(
      fc.property(pattern, text, (wildcard, subject) => {
        const shape = new RegExp(`^${wildcard.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
        expect(globMatches(wildcard, subject)).toBe(shape.test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  test("an ARN matches itself", () => {
    fc.assert(fc.property(text, (tail) => arnMatches(`arn:aws:s3:::${tail}`, `arn:aws:s3:::${tail}`)));
  });

  test("a deny that covers the request wins over any other statements, in any order", () => {
    const others = fc.array(
      fc.record({ Effect: fc.constantFrom("Allow", "Deny"), Action: fc.constantFrom("s3:*", "s3:PutObject", "s3:Get*") }),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(others, fc.nat(5), (statements, at) => {
        const all: object[] = statements.map((one) => ({ ...allowAll, ...one }));
        all.splice(Math.min(at, all.length), 0, { ...allowAll, Effect: "Deny" });
        expect(evaluate(policyFrom({ Statement: all }), request())).toBe("deny");
      }),
    );
  });

  test("a session policy never gives a session more than its role has", () => {
    const statement = fc.record({
      Effect: fc.constantFrom("Allow", "Deny"),
      Action: fc.constantFrom("s3:*", "s3:GetObject", "s3:PutObject"),
    });
    const document = fc
      .array(statement, { minLength: 1, maxLength: 3 })
      .map((list) => policyFrom({ Statement: list.map((one) => ({ ...one, Resource: "*" })) }, "identity"));
    fc.assert(
      fc.property(document, document, (own, shrunk) => {
        const withRole = identityVerdict({ ...session, policies: [own] }, request()).effect;
        const withBoth = identityVerdict({ ...session, policies: [own], sessionPolicy: shrunk }, request()).effect;
        if (withBoth === "allow") expect(withRole).toBe("allow");
        if (withRole === "deny") expect(withBoth).toBe("deny");
      }),
    );
  });
});
