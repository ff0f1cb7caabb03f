import { describe, expect, it } from "vitest";
import { Breaker, deniedCause } from "../src/breaker.ts";
import { DENIALS_IN_A_ROW_MAX } from "../src/limits.ts";

const deny = (breaker: Breaker, times: number): boolean[] => Array.from({ length: times }, () => breaker.denied());

describe("the breaker of an account", () => {
  it("trips once, at the denial that is one too many", () => {
    const breaker = new Breaker();
    const trips = deny(breaker, DENIALS_IN_A_ROW_MAX + 3);
    expect(trips.indexOf(true)).toBe(DENIALS_IN_A_ROW_MAX - 1);
    expect(trips.filter(Boolean)).toHaveLength(1);
    expect(breaker.health).toBe("tripped");
  });

  it("does not trip while something succeeds in between", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 50; i++) {
      expect(deny(breaker, DENIALS_IN_A_ROW_MAX - 1)).not.toContain(true);
      breaker.succeeded();
    }
    expect(breaker.health).toBe("working");
  });

  it("trips for an account that worked until now and then is denied everything", () => {
    const breaker = new Breaker();
    breaker.succeeded();
    expect(deny(breaker, DENIALS_IN_A_ROW_MAX)).toContain(true);
  });

  it("takes a whole smaller batch of denials for the account's, unless the account is known to work", () => {
    const unknown = new Breaker();
    deny(unknown, 3);
    expect(unknown.settleBatch()).toBe(false);
    expect(unknown.health).toBe("tripped");
    const working = new Breaker();
    working.succeeded();
    deny(working, 3);
    expect(working.settleBatch()).toBe(true);
  });

  it("begins anew with the next batch after a resume", () => {
    const breaker = new Breaker();
    deny(breaker, DENIALS_IN_A_ROW_MAX);
    breaker.begin();
    expect(breaker.health).toBe("unproven");
    expect(deny(breaker, DENIALS_IN_A_ROW_MAX - 1)).not.toContain(true);
  });

  it("names the answer and where to look for its cause", () => {
    const cause = deniedCause({ code: "AccessDenied", message: "Access Denied", httpStatus: 403 }, 20, true);
    expect(cause).toContain("AccessDenied: Access Denied");
    expect(cause).toContain("s3:PutObjectVersionAcl");
    expect(cause).toMatch(/Deny in the bucket policy.*service control policy/);
    expect(deniedCause({ code: "InvalidAccessKeyId", message: "", httpStatus: 403 }, 20, false)).toContain("does not exist");
  });
});
