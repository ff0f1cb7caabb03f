/** The ObjectAccessControlList column: base64 of a compact JSON document (S3 User Guide, objectacl). */
import type { Acl } from "../acl/acl.ts";

/** Documents already written, by ACL: ACLs are shared between objects, so this is one encoding for thousands of rows. */
const written = new WeakMap<Acl, string>();

/** The column's value for an ACL as stored; also for a bucket whose ACLs are disabled. */
export function aclDocument(acl: Acl): string {
  let text = written.get(acl);
  if (text === undefined) {
    const grants = acl.map(({ grantee, permission }) =>
      grantee.kind === "user"
        ? { canonicalId: grantee.id, type: "CanonicalUser", permission }
        : { uri: grantee.uri, permission, type: "Group" },
    );
    text = Buffer.from(JSON.stringify({ version: "2022-11-10", status: "AVAILABLE", grants })).toString("base64");
    written.set(acl, text);
  }
  return text;
}
