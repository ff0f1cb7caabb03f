// One object of the ledger, looked at as the bucket owner.
import { GetObjectAclCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { type CanonicalId, type Grant, PERMISSIONS } from "@quitclaim/campaign";
import { call } from "../call.ts";
import { keyAccount } from "../preflight/kms.ts";
import { CallRefused } from "../refusal.ts";
import type { WorkRow } from "../sample/rows.ts";
import { readObject, versionOf } from "../switch/read-object.ts";
import { addressed, type Target } from "../target.ts";
import { type Circumstances, type SeenAcl, wrongWith } from "./expected.ts";

/** ok, wrong (why), gone (deleted since the work), or out of the instrument's reach: archived, kms, customer-key. */
export type ObjectVerdict =
  | { readonly kind: "ok" | "gone" | "archived" | "customer-key" }
  | { readonly kind: "kms"; readonly keyAccount: string }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** By HEAD and ACL: what the campaign gave is in force. Only before the switch; afterwards every ACL looks perfect. */
export async function verifyByAcl(target: Target, row: WorkRow, circumstances: Circumstances): Promise<ObjectVerdict> {
  const version = versionOf(row);
  const subject = `${target.bucket}/${row.plan.key}${version === null ? "" : `?versionId=${version}`}`;
  const address = { ...addressed(target), Key: row.plan.key, ...(version === null ? {} : { VersionId: version }) };
  try {
    const head = await call("HeadObject", subject, () => target.client.send(new HeadObjectCommand(address)));
    const acl = await call("GetObjectAcl", subject, () => target.client.send(new GetObjectAclCommand(address)));
    const problems = wrongWith(row, seenAcl(acl.Owner?.ID, acl.Grants), circumstances);
    if (row.result?.outcome === "reencrypted") {
      const account = head.SSEKMSKeyId === undefined ? undefined : keyAccount(head.SSEKMSKeyId);
      if (account !== target.ownerAccountId) problems.push(`it was re-encrypted, but its key is ${head.SSEKMSKeyId ?? "none of KMS"}`);
    }
    return problems.length === 0 ? { kind: "ok" } : { kind: "wrong", problems };
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    if (error.status === 404 || error.status === 405) return { kind: "gone" };
    if (error.operation === "HeadObject" && error.status === 400) return { kind: "customer-key" };
    return { kind: "wrong", problems: [error.message] };
  }
}

/** By reading: all that can be proven once ACLs are disabled. */
export async function verifyByReading(target: Target, row: WorkRow): Promise<ObjectVerdict> {
  const verdict = await readObject(target, row.plan.key, versionOf(row));
  switch (verdict.kind) {
    case "read":
      return { kind: "ok" };
    case "kms":
      return { kind: "kms", keyAccount: verdict.keyAccount ?? "unknown" };
    case "refused":
      return { kind: "wrong", problems: [verdict.refused.message] };
    default:
      return { kind: verdict.kind };
  }
}

function seenAcl(
  owner: string | undefined,
  grants:
    | readonly { Grantee?: { ID?: string | undefined; URI?: string | undefined } | undefined; Permission?: string | undefined }[]
    | undefined,
): SeenAcl {
  return {
    owner: owner ?? "",
    grants: (grants ?? []).flatMap((g): Grant[] => {
      const permission = PERMISSIONS.find((p) => p === g.Permission);
      if (permission === undefined) return [];
      if (g.Grantee?.URI !== undefined) return [{ uri: g.Grantee.URI, permission }];
      return g.Grantee?.ID === undefined ? [] : [{ id: g.Grantee.ID as CanonicalId, permission }];
    }),
  };
}
