/**
 * The one decision of every S3 call: identity and session policies, bucket policy, ACL, Block Public Access and the ownership
 * mode. Order and combination follow the S3 User Guide (how-s3-evaluates-access-control): an explicit deny anywhere wins; the
 * owning account's principals need only their own policies; others need the resource's consent as well. On an object that
 * somebody else than the bucket owner owns, a bucket policy can deny but not allow.
 */
import { anonymousCanonicalId } from "./acl/acl.ts";
import { aclAllows } from "./acl/evaluate.ts";
import { publicAccessOf } from "./acl/public-access.ts";
import { bucketPermission, objectPermission } from "./authority.ts";
import { accessDenied, type S3Error } from "./http/s3-error.ts";
import { type Decision, decide } from "./iam/evaluate.ts";
import { type IdentityDecision, identityVerdict } from "./identity-verdict.ts";
import { effectiveOwner } from "./ownership/owner.ts";
import { withObjectTags } from "./request-context.ts";
import type { Call } from "./s3/call.ts";
import type { Bucket } from "./store/bucket.ts";
import type { ObjectVersion } from "./store/object.ts";

/** What is asked for. */
export interface Ask {
  /** `s3:GetObjectVersion` … */
  readonly action: string;
  readonly bucket: Bucket;
  /** Absent for bucket actions. */
  readonly key?: string | undefined;
  /** The version an object action is about; absent when there is none (yet). */
  readonly version?: ObjectVersion | undefined;
  /** Condition keys beside the request's own: what an upload's creation said of the object. */
  readonly context?: ReadonlyMap<string, readonly string[]>;
  /**
   * Checks denies and the sender's own policies only: for what a writer does to the object it is about to own (its ACL),
   * which the bucket need not allow.
   */
  readonly ownSideOnly?: boolean;
}

const nothingSaid: Decision = { effect: "none", delegated: false };

/** Throws 403 AccessDenied, with AWS's longer sentence for principals of the bucket's own account. */
export function demand(call: Call, ask: Ask): void {
  const refusal = refusalOf(call, ask);
  if (refusal !== undefined) throw refusal;
}

export const allowed = (call: Call, ask: Ask): boolean => refusalOf(call, ask) === undefined;

function refusalOf(call: Call, ask: Ask): S3Error | undefined {
  const { bucket } = ask;
  const { principal, canonicalId } = call;
  const resource = ask.key === undefined ? bucket.arn : `${bucket.arn}/${ask.key}`;
  const request = {
    principal,
    action: ask.action,
    resource,
    get context() {
      const context = ask.context === undefined ? call.context : new Map([...call.context, ...ask.context]);
      return withObjectTags(context, ask.version);
    },
  };
  const own = identityVerdict(principal, request);
  if (own.effect === "deny") return refused(call, ask, resource, own.reason);
  const said = bucket.policy === undefined ? nothingSaid : decide(bucket.policy.document, request);
  if (said.effect === "deny") return refused(call, ask, resource, "with an explicit deny in a resource-based policy");
  if (ask.ownSideOnly === true)
    return principal.kind === "anonymous" || own.effect === "allow" ? undefined : refused(call, ask, resource, own.reason);

  const permission = objectPermission(ask.action);
  const owner = permission !== undefined && ask.version !== undefined ? effectiveOwner(bucket, ask.version) : bucket.owner;
  const block = publicAccessOf(call.world.store, bucket);
  const policyAllows = owner === bucket.owner && said.effect === "allow" && !restricted(call, bucket, block.restrictPublicBuckets);
  if (principal.kind !== "anonymous" && own.effect !== "allow") {
    const byPolicy = policyAllows && !said.delegated && own.sessionAllows && principal.accountId === bucket.accountId;
    return byPolicy ? undefined : refused(call, ask, resource, own.reason);
  }
  if (owner === canonicalId || policyAllows) return undefined;
  if (!bucket.enforced && grantedByAcl(ask, canonicalId, block.ignorePublicAcls)) return undefined;
  return refused(call, ask, resource, reasonOf(own, ask));
}

/** RestrictPublicBuckets: a public policy lets in nobody outside the bucket's account. */
function restricted(call: Call, bucket: Bucket, restrict: boolean): boolean {
  if (!restrict || bucket.policy?.isPublic !== true) return false;
  return call.principal.kind === "anonymous" || call.principal.accountId !== bucket.accountId;
}

function grantedByAcl(ask: Ask, who: string, ignorePublic: boolean): boolean {
  const onObject = objectPermission(ask.action);
  if (onObject !== undefined) return ask.version !== undefined && aclAllows(ask.version.acl, who, onObject, ignorePublic);
  // WRITE on the bucket lets an object's owner delete it; others may only create (and overwrite what is theirs).
  if (ask.action === "s3:DeleteObject") {
    return ask.version?.owner === who && aclAllows(ask.bucket.acl, who, "WRITE", ignorePublic);
  }
  const onBucket = bucketPermission(ask.action);
  return onBucket !== undefined && aclAllows(ask.bucket.acl, who, onBucket, ignorePublic);
}

function reasonOf(own: IdentityDecision, ask: Ask): string {
  return own.reason !== "" ? own.reason : `because no resource-based policy allows the ${ask.action} action`;
}

function refused(call: Call, ask: Ask, resource: string, reason: string): S3Error {
  const { principal } = call;
  if (principal.kind === "anonymous" || principal.accountId !== ask.bucket.accountId || call.canonicalId === anonymousCanonicalId) {
    return accessDenied();
  }
  return accessDenied(`User: ${principal.arn} is not authorized to perform: ${ask.action} on resource: "${resource}" ${reason}`);
}
