// Grants as the plan writes them, parsed: ACL strings repeat across millions of rows, so each distinct one is parsed once.
import type { AclGrant } from "@quitclaim/aws";
import { parseGrants } from "@quitclaim/campaign";
import { PARSED_ACLS_MAX } from "../limits.ts";
import { aclGrant } from "./merge.ts";

const parsed = new Map<string, readonly AclGrant[]>();

export function plannedGrants(text: string): readonly AclGrant[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const grants = parseGrants(text).map(aclGrant);
  if (parsed.size >= PARSED_ACLS_MAX) parsed.clear();
  parsed.set(text, grants);
  return grants;
}
