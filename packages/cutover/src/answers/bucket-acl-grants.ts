// The bucket ACL's grants as statements of the bucket policy.
import type { Grant } from "@quitclaim/campaign";
import { type BucketAcl, foreignGrants } from "../bucket/acl.ts";
import type { Statement } from "../policy/document.ts";
import { translateBucketGrants } from "../policy/from-acl.ts";
import { CutoverRefusal } from "../refusal.ts";
import type { Target } from "../target.ts";

/** None where the ACL is private already. Throws CutoverRefusal naming every grant that no policy replaces. */
export function bucketAclStatements(target: Target, acl: BucketAcl, region: string): Statement[] {
  const byGrantee = new Map<string, Grant[]>();
  for (const grant of foreignGrants(acl)) {
    const grantee = "id" in grant ? grant.id : grant.uri;
    byGrantee.set(grantee, [...(byGrantee.get(grantee) ?? []), grant]);
  }
  const impossible: string[] = [];
  const statements: Statement[] = [];
  for (const [grantee, grants] of [...byGrantee.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const translation = translateBucketGrants(grants, { bucket: target.bucket, ownerAccountId: target.ownerAccountId, region });
    if ("impossible" in translation)
      impossible.push(`${grants.map((g) => g.permission).join(" and ")} to ${grantee}: ${translation.impossible}`);
    else statements.push(...translation.statements);
  }
  if (impossible.length > 0)
    throw new CutoverRefusal(
      "cannot-translate",
      `${target.bucket}: the bucket ACL was left as it is, because part of it has no equal in a bucket policy: ${impossible.join("; ")}. ` +
        "Settle these grants and take them out of the bucket ACL, then order the fix again.",
    );
  return statements;
}
