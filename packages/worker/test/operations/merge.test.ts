import type { AclGrant } from "@quitclaim/aws";
import { canonicalId } from "@quitclaim/campaign";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, mergeAcl, missingGrants } from "../../src/operations/merge.ts";

const uploader = "a".repeat(64);
const bucketOwner = canonicalId("b".repeat(64));
const partner = "c".repeat(64);
const user = (id: string, permission: AclGrant["permission"]): AclGrant => ({ grantee: { id }, permission });

const permissions = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;
const grants = fc.array(
  fc.record({
    grantee: fc.oneof(
      fc.constantFrom(uploader, bucketOwner as string, partner).map((id) => ({ id })),
      fc.constantFrom("http://acs.amazonaws.com/groups/global/AllUsers").map((uri) => ({ uri })),
    ),
    permission: fc.constantFrom(...permissions),
  }),
  { maxLength: 12 },
);

describe("merging an ACL", () => {
  it("says canned where only the owner has a grant", () => {
    expect(mergeAcl({ ownerId: uploader, grants: [user(uploader, "FULL_CONTROL")] }, bucketOwner)).toEqual({ kind: "canned" });
  });

  it("needs nothing where the bucket owner has full control, in one grant or in three, or owns the object", () => {
    const three = (["READ", "READ_ACP", "WRITE_ACP"] as const).map((p) => user(bucketOwner, p));
    for (const acl of [
      { ownerId: uploader, grants: [user(bucketOwner, "FULL_CONTROL")] },
      { ownerId: uploader, grants: three },
      { ownerId: bucketOwner, grants: [] },
    ])
      expect(mergeAcl(acl, bucketOwner)).toEqual({ kind: "already" });
  });

  it("refuses an ACL of a hundred grants, but not where one of them is a lesser grant of the bucket owner", () => {
    const others = Array.from({ length: 99 }, (_, i) => user(i.toString(16).padStart(64, "0"), "READ"));
    expect(mergeAcl({ ownerId: uploader, grants: [...others, user(uploader, "FULL_CONTROL")] }, bucketOwner).kind).toBe("full");
    expect(mergeAcl({ ownerId: uploader, grants: [...others, user(bucketOwner, "READ")] }, bucketOwner).kind).toBe("policy");
  });

  it("loses no grant, changes no owner and lets the bucket owner in, whatever the ACL was", () => {
    fc.assert(
      fc.property(grants, (before) => {
        const acl = { ownerId: uploader, grants: before };
        const merge = mergeAcl(acl, bucketOwner);
        if (merge.kind !== "policy") return;
        expect(merge.acl.ownerId).toBe(uploader);
        expect(missingGrants(merge.acl, before)).toEqual([]);
        expect(holds(merge.acl.grants, user(bucketOwner, "FULL_CONTROL"))).toBe(true);
        expect(mergeAcl(merge.acl, bucketOwner).kind).toBe("already");
      }),
    );
  });
});
