// Decisions are pure: a table of what each kind of row becomes, and what holds for all rows.
import {
  ANONYMOUS_OWNER,
  accountId,
  type CampaignConfig,
  type CanonicalId,
  canonicalId,
  type Grant,
  parseGrants,
  type Rule,
} from "@quitclaim/campaign";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Acl, UNKNOWN_ACL } from "../src/acl/document.ts";
import { decide, needsOnlySwitch } from "../src/decide/decide.ts";
import type { RowFacts } from "../src/decide/facts.ts";
import { globMatches } from "../src/decide/glob.ts";
import { fullControlInEffect, weighAcl } from "../src/decide/grants.ts";
import { ownerOf } from "../src/decide/owner.ts";
import type { DecisionSettings } from "../src/decide/settings.ts";
import { BUCKET_OWNER, REPORT_CREATED, UPLOADERS } from "./fixture/config.ts";

const [ACCOUNT, OWNER] = UPLOADERS[0] as (typeof UPLOADERS)[number];
const THIRD = canonicalId("third");
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

const settings = (actions: Partial<CampaignConfig["actions"]> = {}): DecisionSettings => ({
  bucket: "b",
  bucketOwner: BUCKET_OWNER,
  accounts: UPLOADERS.map(([id, canonical]) => ({ id, canonicalId: canonical })),
  actions: { default: "acl", thirdPartyGrants: "keep", rules: [], ...actions },
  reportCreated: REPORT_CREATED,
});

const known = (...grants: Grant[]): Acl => ({ state: "known", grants });
const full = (id: CanonicalId): Grant => ({ id, permission: "FULL_CONTROL" });

function facts(changes: Partial<Omit<RowFacts, "acl" | "owner">> & { owner?: string; acl?: Acl } = {}, in_ = settings()): RowFacts {
  const { owner = OWNER, acl = known(full(OWNER)), ...rest } = changes;
  return {
    owner: ownerOf(owner, in_),
    acl: weighAcl(acl, canonicalId(owner), in_.bucketOwner, in_.actions.thirdPartyGrants),
    isDeleteMarker: false,
    isLatest: true,
    size: 10,
    sizeKnown: true,
    lastModified: REPORT_CREATED - 10 * 86_400_000,
    storageClass: "STANDARD",
    encryption: "SSE-S3",
    accessTier: "",
    lockMode: "",
    legalHold: "",
    key: () => "raw/2026/a.parquet",
    ...rest,
  };
}

const said = (changes: Parameters<typeof facts>[0], in_ = settings()): string => {
  const decision = decide(facts(changes, in_), in_);
  if (decision.what === "held") return `held ${decision.reason}`;
  return decision.what === "planned" ? `planned ${decision.op}` : decision.what;
};
const copy = settings({ default: "copy" });

describe("what a row becomes", () => {
  test.each<[string, Parameters<typeof facts>[0], string]>([
    ["a delete marker, whoever owns it", { isDeleteMarker: true, owner: BUCKET_OWNER }, "delete-marker"],
    ["a delete marker without an owner", { isDeleteMarker: true, owner: "" }, "delete-marker"],
    ["the bucket owner's own", { owner: BUCKET_OWNER }, "own"],
    ["an owner nobody has a role for", { owner: "stranger" }, "held unmapped-owner"],
    ["an unsigned upload", { owner: ANONYMOUS_OWNER }, "held anonymous-owner"],
    ["UNAVAILABLE", { owner: "UNAVAILABLE" }, "held owner-unavailable"],
    ["no owner", { owner: "" }, "held owner-unavailable"],
    ["the uploader alone in the ACL", {}, "planned acl"],
    ["FULL_CONTROL for the bucket owner", { acl: known(full(OWNER), full(BUCKET_OWNER)) }, "already-granted"],
    [
      "the three permissions that FULL_CONTROL is",
      { acl: known(...(["READ", "READ_ACP", "WRITE_ACP"] as const).map((permission): Grant => ({ id: BUCKET_OWNER, permission }))) },
      "already-granted",
    ],
    [
      "two of the three",
      { acl: known({ id: BUCKET_OWNER, permission: "READ" }, { id: BUCKET_OWNER, permission: "READ_ACP" }) },
      "planned acl",
    ],
    [
      "FULL_CONTROL for a stranger's object, which is still a stranger's",
      { owner: "stranger", acl: known(full(BUCKET_OWNER)) },
      "held unmapped-owner",
    ],
    ["an ACL that is not in the report", { acl: UNKNOWN_ACL }, "planned acl"],
    ["an ACL that cannot be understood", { acl: { state: "unreadable", why: "is odd" } }, "held acl-unreadable"],
    [
      "archived, locked, noncurrent, SSE-C: none of it stands in the way of a grant",
      { storageClass: "GLACIER", lockMode: "GOVERNANCE", isLatest: false, encryption: "SSE-C" },
      "planned acl",
    ],
  ])("%s", (_, changes, expected) => {
    expect(said(changes)).toBe(expected);
  });

  test.each<[string, Parameters<typeof facts>[0], string]>([
    ["an ordinary object", {}, "planned copy"],
    ["SSE-C", { encryption: "SSE-C" }, "held sse-c"],
    ["GLACIER", { storageClass: "GLACIER" }, "held archived"],
    ["DEEP_ARCHIVE", { storageClass: "DEEP_ARCHIVE" }, "held archived"],
    ["GLACIER_IR is not archived", { storageClass: "GLACIER_IR" }, "planned copy"],
    ["the archive tier of Intelligent-Tiering", { storageClass: "INTELLIGENT_TIERING", accessTier: "ARCHIVE" }, "held archived"],
    ["its instant tier", { storageClass: "INTELLIGENT_TIERING", accessTier: "ARCHIVE_INSTANT_ACCESS" }, "planned copy"],
    ["Object Lock, in either spelling", { lockMode: "Governance" }, "held object-locked"],
    ["a legal hold", { legalHold: "On" }, "held object-locked"],
    ["no legal hold", { legalHold: "Off" }, "planned copy"],
    ["an old version", { isLatest: false }, "held noncurrent"],
  ])("copied: %s", (_, changes, expected) => {
    expect(said(changes, copy)).toBe(expected);
  });

  test("where more than one thing stands in the way, the first of the list is named", () => {
    expect(said({ encryption: "SSE-C", storageClass: "GLACIER", lockMode: "GOVERNANCE", isLatest: false }, copy)).toBe("held sse-c");
  });
});

describe("grants", () => {
  const grantsOf = (acl: Acl, policy: "keep" | "drop" = "keep") => {
    const { grants } = weighAcl(acl, OWNER, BUCKET_OWNER, policy);
    return grants === null ? null : parseGrants(grants);
  };
  const read: Grant = { id: THIRD, permission: "READ" };

  test("the canned ACL is exact where nobody else is in the ACL and the owner has FULL_CONTROL", () => {
    expect(grantsOf(known(full(OWNER)))).toBeNull();
    expect(grantsOf(known(full(OWNER), { id: BUCKET_OWNER, permission: "READ" }))).toBeNull();
  });
  test("otherwise everything is kept and the bucket owner added, once", () => {
    expect(grantsOf(known(full(OWNER), read, read))).toEqual([full(OWNER), read, full(BUCKET_OWNER)]);
    expect(grantsOf(known({ uri: ALL_USERS, permission: "READ" }, full(OWNER)))).toEqual([
      { uri: ALL_USERS, permission: "READ" },
      full(OWNER),
      full(BUCKET_OWNER),
    ]);
  });
  test("an owner that has less than FULL_CONTROL is not given it by a canned ACL", () => {
    expect(grantsOf(known())).toEqual([full(BUCKET_OWNER)]);
    expect(grantsOf(known({ id: OWNER, permission: "READ" }))).toEqual([{ id: OWNER, permission: "READ" }, full(BUCKET_OWNER)]);
  });
  test("dropped third parties leave the canned ACL", () => {
    expect(grantsOf(known(full(OWNER), read), "drop")).toBeNull();
  });
  test("held third parties wait for a person", () => {
    expect(said({ acl: known(full(OWNER), read) }, settings({ thirdPartyGrants: "hold" }))).toBe("held third-party-grants");
  });
  test("100 grants have no room for one more; 99 have", () => {
    const others = (n: number): Grant[] => Array.from({ length: n }, (_, i) => ({ id: canonicalId(`x${i}`), permission: "READ" }));
    expect(said({ acl: known(full(OWNER), ...others(99)) })).toBe("held grants-full");
    expect(said({ acl: known(full(OWNER), ...others(98)) })).toBe("planned acl");
    expect(said({ acl: known(full(OWNER), ...others(98), ...others(1)) })).toBe("planned acl");
  });
  test("the former ACL is the report's, word for word", () => {
    expect(parseGrants(weighAcl(known(read, full(OWNER), read), OWNER, BUCKET_OWNER, "drop").formerAcl ?? "")).toEqual([
      read,
      full(OWNER),
      read,
    ]);
  });

  const someGrant = fc.record({
    id: fc.constantFrom(OWNER, BUCKET_OWNER, THIRD, canonicalId("other")),
    permission: fc.constantFrom("FULL_CONTROL" as const, "READ" as const, "READ_ACP" as const, "WRITE_ACP" as const),
  });
  test("kept: nobody loses a permission, and the bucket owner ends with FULL_CONTROL", () => {
    fc.assert(
      fc.property(fc.array(someGrant, { maxLength: 12 }), (grants) => {
        const after = grantsOf(known(...grants)) ?? [full(OWNER), full(BUCKET_OWNER)];
        expect(fullControlInEffect(after, BUCKET_OWNER)).toBe(true);
        for (const grant of grants) {
          const kept = after.some(
            (g) => "id" in g && g.id === grant.id && (g.permission === grant.permission || g.permission === "FULL_CONTROL"),
          );
          expect(kept).toBe(true);
        }
        // Nobody gains but the bucket owner.
        for (const grant of after) {
          if ("id" in grant && grant.id !== BUCKET_OWNER) expect(grants).toContainEqual(grant);
        }
        expect(new Set(after.map((g) => JSON.stringify(g))).size).toBe(after.length);
      }),
    );
  });
  test("the order of grants does not change what is decided", () => {
    fc.assert(
      fc.property(fc.array(someGrant, { maxLength: 8 }), (grants) => {
        expect(said({ acl: known(...grants) })).toBe(said({ acl: known(...[...grants].reverse()) }));
      }),
    );
  });
});

describe("rules", () => {
  const rule = (when: Rule["when"], action: Rule["do"] = "hold"): DecisionSettings => settings({ rules: [{ when, do: action, line: 12 }] });
  test.each<[string, Rule["when"], boolean]>([
    ["account", { account: [ACCOUNT] }, true],
    ["another account", { account: [accountId("444455556666")] }, false],
    ["prefix", { prefix: ["x/", "raw/"] }, true],
    ["another prefix", { prefix: ["raw/2025"] }, false],
    ["glob", { glob: ["raw/*.parquet"] }, true],
    ["another glob", { glob: ["*.csv"] }, false],
    ["storage class", { storageClass: ["STANDARD"] }, true],
    ["encryption", { encryption: ["SSE-KMS"] }, false],
    ["larger", { largerThan: 9 }, true],
    ["not larger", { largerThan: 10 }, false],
    ["smaller", { smallerThan: 11 }, true],
    ["older", { olderThanDays: 9 }, true],
    ["not older", { olderThanDays: 10 }, false],
    ["newer", { newerThanDays: 11 }, true],
    ["current", { latest: true }, true],
    ["old version", { latest: false }, false],
    ["all conditions", { account: [ACCOUNT], prefix: ["raw/"], latest: true }, true],
    ["all but one", { account: [ACCOUNT], prefix: ["raw/"], latest: false }, false],
    ["none", {}, true],
  ])("%s", (_, when, matches) => {
    expect(said({}, rule(when))).toBe(matches ? "held by-rule" : "planned acl");
  });
  test("the first that matches decides", () => {
    const rules: Rule[] = [
      { when: { prefix: ["raw/"] }, do: "skip", line: 1 },
      { when: {}, do: "copy", line: 2 },
    ];
    expect(said({}, settings({ rules }))).toBe("skip");
    expect(said({ key: () => "other" }, settings({ rules }))).toBe("planned copy");
  });
  test("no rule is asked about owners that nobody can act for", () => {
    expect(said({ owner: "stranger" }, rule({}, "skip"))).toBe("held unmapped-owner");
  });
  test("what is granted already needs nothing, unless a rule asks for more than access", () => {
    const granted = { acl: known(full(OWNER), full(BUCKET_OWNER)) };
    for (const action of ["skip", "hold", "acl"] as const) expect(said(granted, rule({}, action))).toBe("already-granted");
    expect(said(granted, rule({}, "copy"))).toBe("planned copy");
    expect(said(granted, rule({}, "reencrypt"))).toBe("planned reencrypt");
    expect(said(granted, settings({ default: "copy" }))).toBe("already-granted");
  });
  test("an unknown age matches no condition about age", () => {
    expect(said({ lastModified: null }, rule({ olderThanDays: 0 }))).toBe("planned acl");
    expect(said({ lastModified: null }, rule({ newerThanDays: 9_999 }))).toBe("planned acl");
  });
  test("a hold names the line that says so", () => {
    expect(decide(facts({}), rule({}))).toMatchObject({ detail: "held by the rule in line 12" });
  });

  test("globs mean what a regular expression of the same meaning means", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "/", "*", "?", "🎉"), { maxLength: 8 }).map((a) => a.join(""));
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const same = new RegExp(
          `^${pattern
            .replace(/[.+^$()|[\]\\{}]/g, "\\$&")
            .replaceAll("*", "[^]*")
            .replaceAll("?", "[^]")}$`,
          "u",
        );
        expect(globMatches(pattern, text)).toBe(same.test(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

test("only the switch is needed where encryption is readable and nobody else has access", () => {
  const alone = (changes: Parameters<typeof facts>[0]): boolean => needsOnlySwitch(facts(changes));
  expect(alone({})).toBe(true);
  expect(alone({ encryption: "SSE-KMS" })).toBe(false);
  expect(alone({ encryption: "SSE-C" })).toBe(false);
  expect(alone({ acl: known(full(OWNER), { id: THIRD, permission: "READ" }) })).toBe(false);
  expect(alone({ acl: UNKNOWN_ACL })).toBe(false);
});
