// The bucket's own ACL (not its objects'). Any grant in it to anyone but the owner makes S3 refuse the switch (domain.md 2.2).
import { GetBucketAclCommand, type Grantee, PutBucketAclCommand } from "@aws-sdk/client-s3";
import { type CanonicalId, type Grant, PERMISSIONS } from "@quitclaim/campaign";
import { call } from "../call.ts";
import { addressed, type Target } from "../target.ts";

export interface BucketAcl {
  readonly owner: CanonicalId;
  readonly grants: readonly Grant[];
}

/** Once ACLs are disabled S3 answers with the owner alone, whatever is stored (domain.md 0.6). */
export async function readBucketAcl(target: Target): Promise<BucketAcl> {
  const answer = await call("GetBucketAcl", target.bucket, () => target.client.send(new GetBucketAclCommand(addressed(target))));
  return {
    owner: (answer.Owner?.ID ?? "") as CanonicalId,
    grants: (answer.Grants ?? []).map(({ Grantee, Permission }): Grant => {
      const permission = PERMISSIONS.find((p) => p === Permission);
      if (permission === undefined) throw new Error(`${target.bucket}: the bucket ACL has an unknown permission ${String(Permission)}`);
      if (Grantee?.URI !== undefined) return { uri: Grantee.URI, permission };
      if (Grantee?.ID !== undefined) return { id: Grantee.ID as CanonicalId, permission };
      throw new Error(`${target.bucket}: the bucket ACL has a grantee that is neither an account nor a group`);
    }),
  };
}

/** Only possible while ACLs are enabled. */
export async function writeBucketAcl(target: Target, acl: BucketAcl): Promise<void> {
  await call("PutBucketAcl", target.bucket, () =>
    target.client.send(
      new PutBucketAclCommand({
        ...addressed(target),
        AccessControlPolicy: {
          Owner: { ID: acl.owner },
          Grants: acl.grants.map((grant) => ({ Permission: grant.permission, Grantee: sdkGrantee(grant) })),
        },
      }),
    ),
  );
}

export async function makeBucketAclPrivate(target: Target): Promise<void> {
  await call("PutBucketAcl", target.bucket, () => target.client.send(new PutBucketAclCommand({ ...addressed(target), ACL: "private" })));
}

/** Grants that reach beyond the bucket owner: what the switch trips over. */
export const foreignGrants = (acl: BucketAcl): Grant[] => acl.grants.filter((grant) => !("id" in grant && grant.id === acl.owner));

export function sameAcl(a: BucketAcl, b: BucketAcl): boolean {
  const text = (acl: BucketAcl): string => JSON.stringify([acl.owner, acl.grants.map((g) => JSON.stringify(g)).sort()]);
  return text(a) === text(b);
}

const sdkGrantee = (grant: Grant): Grantee => ("id" in grant ? { Type: "CanonicalUser", ID: grant.id } : { Type: "Group", URI: grant.uri });
