// The documents of the object calls: what S3 answers (errors, ACLs, copy results) and what it is sent (ACLs, encryption).
import type { AccessControlList, AclGrant } from "../calls/object-calls.ts";
import { attribute, escapeXml, scanXml, XmlError } from "./scan.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const PERMISSIONS: ReadonlySet<string> = new Set(["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"]);

export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** The error in a body; undefined where the body is no S3 error document. */
export function readError(xml: string): ErrorDocument | undefined {
  if (!xml.includes("<Error")) return undefined;
  const path: string[] = [];
  const found: Record<string, string> = {};
  try {
    scanXml(xml, {
      open(name) {
        path.push(name);
      },
      close(name, text) {
        path.pop();
        // STS and some servers wrap the error: <ErrorResponse><Error>.
        if (path.at(-1) === "Error") found[name] = text;
      },
    });
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
  const code = found.Code?.trim();
  if (code === undefined || code === "") return undefined;
  return { code, message: found.Message ?? "", requestId: found.RequestId?.trim() ?? "" };
}

/** Throws XmlError where it is not an access control policy, or holds a grant of a kind that stored ACLs do not have. */
export function readAcl(xml: string): AccessControlList {
  const path: string[] = [];
  let ownerId: string | undefined;
  const grants: AclGrant[] = [];
  let type: string | undefined;
  let id: string | undefined;
  let uri: string | undefined;
  scanXml(xml, {
    open(name, attributes) {
      path.push(name);
      if (name === "Grantee") {
        type = attribute(attributes, "type");
        id = uri = undefined;
      }
    },
    close(name, text) {
      path.pop();
      const parent = path.at(-1);
      if (parent === "Owner" && name === "ID") ownerId = text.trim();
      else if (parent === "Grantee" && name === "ID") id = text.trim();
      else if (parent === "Grantee" && name === "URI") uri = text.trim();
      else if (parent === "Grant" && name === "Permission") grants.push(grantOf(text.trim(), type, id, uri));
    },
  });
  if (ownerId === undefined) throw new XmlError("the access control policy names no owner");
  return { ownerId, grants };
}

function grantOf(permission: string, type: string | undefined, id: string | undefined, uri: string | undefined): AclGrant {
  if (!PERMISSIONS.has(permission)) throw new XmlError(`a grant with permission "${permission}"`);
  const grantee =
    type === "Group" ? (uri === undefined ? undefined : { uri }) : id !== undefined ? { id } : uri !== undefined ? { uri } : undefined;
  if (grantee === undefined) throw new XmlError(`a grant to a grantee of type "${type ?? "(none)"}" that has neither an ID nor a URI`);
  return { grantee, permission: permission as AclGrant["permission"] };
}

/** The body of PutObjectAcl. */
export function writeAcl(acl: AccessControlList): string {
  let grants = "";
  for (const { grantee, permission } of acl.grants) {
    const who =
      "id" in grantee
        ? `xsi:type="CanonicalUser"><ID>${escapeXml(grantee.id)}</ID>`
        : `xsi:type="Group"><URI>${escapeXml(grantee.uri)}</URI>`;
    grants += `<Grant><Grantee xmlns:xsi="${XSI}" ${who}</Grantee><Permission>${permission}</Permission></Grant>`;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<AccessControlPolicy xmlns="${NAMESPACE}"><Owner><ID>${escapeXml(acl.ownerId)}</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
}

/** The body of UpdateObjectEncryption (domain.md 4.9). */
export function writeEncryption(to: { readonly kmsKeyArn: string; readonly bucketKey: boolean }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ObjectEncryption xmlns="${NAMESPACE}"><SSE-KMS><KMSKeyArn>${escapeXml(to.kmsKeyArn)}</KMSKeyArn><BucketKeyEnabled>${to.bucketKey}</BucketKeyEnabled></SSE-KMS></ObjectEncryption>`;
}

/** What CopyObject answers in its body; S3 may send whitespace ahead of it while the copy runs. Throws XmlError. */
export function readCopyResult(xml: string): { readonly etag: string; readonly lastModified: number } {
  const path: string[] = [];
  const found: Record<string, string> = {};
  scanXml(xml, {
    open(name) {
      path.push(name);
    },
    close(name, text) {
      path.pop();
      if (path.length === 1 && path[0] === "CopyObjectResult") found[name] = text.trim();
    },
  });
  const lastModified = Date.parse(found.LastModified ?? "");
  if (found.ETag === undefined || Number.isNaN(lastModified)) throw new XmlError("the copy result has no ETag or no LastModified");
  return { etag: unquoted(found.ETag), lastModified };
}

/** An entity tag as inventories write it: without the quotes of the header. */
export function unquoted(etag: string): string {
  return etag.length >= 2 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}

/** An entity tag as the conditional headers want it. */
export function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
