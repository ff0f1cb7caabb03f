/** AccessControlPolicy documents, both directions (S3 API, PutObjectAcl and GetObjectAcl). */
import { S3Error } from "../http/s3-error.ts";
import { child, children, childText, readXml, type XmlElement } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import { type Acl, type Grant, type Grantee, type Permission, permissions } from "./acl.ts";
import { checkedGrants, emailGrantee, groupGrantee, malformedAcl, type RequestedAcl, userGrantee } from "./requested.ts";

/** Reads a policy; MalformedACLError for anything but Owner{ID} and AccessControlList{Grant…}. `DisplayName` is ignored. */
export function readAclPolicy(body: Buffer): RequestedAcl {
  let root: XmlElement;
  try {
    root = readXml(body);
  } catch (error) {
    throw error instanceof S3Error ? malformedAcl() : error;
  }
  const owner = child(root, "Owner");
  const list = child(root, "AccessControlList");
  const ownerId = owner === undefined ? undefined : childText(owner, "ID");
  if (root.name !== "AccessControlPolicy" || ownerId === undefined || list === undefined) throw malformedAcl();
  return { kind: "policy", owner: ownerId, grants: checkedGrants(children(list, "Grant").map(grantFrom)) };
}

function grantFrom(grant: XmlElement): Grant {
  const grantee = child(grant, "Grantee");
  const permission = childText(grant, "Permission");
  if (grantee === undefined || permission === undefined || !isPermission(permission)) throw malformedAcl();
  return { grantee: granteeFrom(grantee), permission };
}

function granteeFrom(grantee: XmlElement): Grantee {
  const id = childText(grantee, "ID");
  const uri = childText(grantee, "URI");
  switch (grantee.attributes.get("type")) {
    case "CanonicalUser":
      if (id === undefined) throw malformedAcl();
      return userGrantee(id);
    case "Group":
      if (uri === undefined) throw malformedAcl();
      return groupGrantee(uri);
    case "AmazonCustomerByEmail":
      throw emailGrantee();
    default:
      throw malformedAcl();
  }
}

function isPermission(text: string): text is Permission {
  return (permissions as readonly string[]).includes(text);
}

export function writeAclPolicy(owner: string, acl: Acl): string {
  const grants = acl.map((grant) => wrap("Grant", granteeXml(grant.grantee) + element("Permission", grant.permission))).join("");
  return document("AccessControlPolicy", wrap("Owner", element("ID", owner)) + wrap("AccessControlList", grants));
}

function granteeXml(grantee: Grantee): string {
  const schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  return grantee.kind === "user"
    ? `<Grantee ${schema} xsi:type="CanonicalUser">${element("ID", grantee.id)}</Grantee>`
    : `<Grantee ${schema} xsi:type="Group">${element("URI", grantee.uri)}</Grantee>`;
}
