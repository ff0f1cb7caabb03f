import { describe, expect, it } from "vitest";
import { Breaker, type Decision } from "../src/breaker.ts";
import { type Denial, deniedCause } from "../src/denied-cause.ts";
import { DENIALS_IN_A_ROW_MAX, DOUBTED_BATCHES_MAX } from "../src/limits.ts";

const deny = (breaker: Breaker, times: number): Decision[] => Array.from({ length: times }, () => breaker.denied());
const worked = (): Breaker => {
  const breaker = new Breaker();
  breaker.succeeded();
  return breaker;
};

describe("the breaker of an account", () => {
  it("does nothing while something succeeds in between", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 50; i++) {
      expect(new Set(deny(breaker, DENIALS_IN_A_ROW_MAX - 1))).toEqual(new Set(["go on"]));
      breaker.succeeded();
    }
    expect(breaker.health).toBe("working");
  });

  it.each([
    ["that worked until now", worked],
    ["of which nothing is known", () => new Breaker()],
  ])("%s sets batches aside, and trips when so many in a row are denied", (_, made) => {
    const breaker = made();
    for (let i = 1; i < DOUBTED_BATCHES_MAX; i++) {
      expect(deny(breaker, DENIALS_IN_A_ROW_MAX).at(-1)).toBe("set aside");
      expect(breaker.health).toBe("doubted");
    }
    expect(deny(breaker, DENIALS_IN_A_ROW_MAX).at(-1)).toBe("trip");
    expect(breaker.denialsInARow).toBe(DENIALS_IN_A_ROW_MAX * DOUBTED_BATCHES_MAX);
  });

  it("forgets its doubts with the next success", () => {
    const breaker = worked();
    for (let i = 0; i < 3 * DOUBTED_BATCHES_MAX; i++) {
      expect(deny(breaker, DENIALS_IN_A_ROW_MAX).at(-1)).toBe("set aside");
      breaker.succeeded();
      expect(breaker.health).toBe("working");
    }
  });

  it("takes what a batch ends with for the objects' own at the second time, where the account works", () => {
    const working = worked();
    deny(working, 3);
    expect(working.settleBatch(false)).toBe("set aside");
    expect(working.health).toBe("working");
    expect(working.settleBatch(true)).toBe("own");
  });

  it("never does so where nothing is known of the account, or it is doubted", () => {
    for (const breaker of [new Breaker(), worked()]) {
      if (breaker.health === "working") deny(breaker, DENIALS_IN_A_ROW_MAX);
      expect(breaker.settleBatch(true)).toBe("set aside");
      for (let i = 0; i < DOUBTED_BATCHES_MAX && breaker.health !== "tripped"; i++) breaker.settleBatch(true);
      expect(breaker.health).toBe("tripped");
    }
  });

  it("begins anew with the next batch after a resume", () => {
    const breaker = new Breaker();
    deny(breaker, DENIALS_IN_A_ROW_MAX * DOUBTED_BATCHES_MAX);
    expect(breaker.health).toBe("tripped");
    breaker.begin();
    expect([breaker.health, breaker.denialsInARow]).toEqual(["unproven", 0]);
    expect(deny(breaker, DENIALS_IN_A_ROW_MAX)).not.toContain("trip");
  });
});

describe("the cause of a pause", () => {
  const denial: Denial = {
    refusal: { code: "AccessDenied", message: "Access Denied", httpStatus: 403 },
    denials: 20,
    key: "logs/a",
    versioned: true,
    op: "acl",
    worked: false,
  };
  const said = (message: string): string => deniedCause({ ...denial, refusal: { ...denial.refusal, message } });
  const user = "User: arn:aws:sts::222233334444:assumed-role/q/s is not authorized to perform: s3:PutObjectVersionAcl on resource: x";

  it("has the answer, an object, where to look, and what was not done", () => {
    expect(deniedCause(denial)).toBe(
      'S3 denied 20 calls in a row and granted none between them (HTTP 403 AccessDenied: Access Denied), the last on "logs/a". Look for, in this order: the role lacks s3:PutObjectVersionAcl (the calls name versions; s3:PutObjectAcl is not enough) on the bucket\'s objects; a Deny in the bucket policy that names this account or a condition these calls do not meet; a service control policy or permissions boundary of the account; a VPC endpoint policy. Nothing was marked as failed. Then resume this account.',
    );
  });

  it.each([
    ["with an explicit deny in a service control policy", "A service control policy of this account's organization denies it"],
    ["with an explicit deny in a resource-based policy", "A Deny in the bucket policy stops it"],
    ["with an explicit deny in an identity-based policy", "A Deny in the role's own policies stops it"],
    ["with an explicit deny in a permissions boundary", "The role's permissions boundary denies it"],
    ["with an explicit deny in a VPC endpoint policy", "The policy of the VPC endpoint denies it"],
    [
      "because no identity-based policy allows the s3:PutObjectVersionAcl action",
      "No identity-based policy allows s3:PutObjectVersionAcl: allow it on the bucket's objects. The calls name versions",
    ],
  ])("is S3's own where it says: %s", (clause, sentence) => {
    expect(said(`${user} ${clause}`)).toContain(sentence);
  });

  it("tells a missing permission from a closed door by what else the session may do, and a bad key from both", () => {
    const ok = { ok: true, value: undefined, httpStatus: 200, requestId: "" } as const;
    expect(deniedCause({ ...denial, reading: ok })).toMatch(/may read that object's ACL.*what it lacks is s3:PutObjectVersionAcl/);
    const no = {
      ok: false,
      kind: "denied",
      code: "AccessDenied",
      message: "",
      httpStatus: 403,
      requestId: "",
      unknownOutcome: false,
    } as const;
    expect(deniedCause({ ...denial, reading: no })).toMatch(/may not even read.*VPC endpoint/);
    const key = { code: "InvalidAccessKeyId", message: "", httpStatus: 403 };
    expect(deniedCause({ ...denial, refusal: key })).toContain("The access key does not exist");
    expect(deniedCause({ ...denial, worked: true })).toContain("Where the denial is meant");
  });
});
