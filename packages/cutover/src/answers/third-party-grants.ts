// The planner's answer to third-party grants: grants/bucket-policy.json, which the operator has looked at before ordering this.
import { type CampaignStore, readJson } from "@quitclaim/campaign";
import { GRANT_POLICY_PATH } from "../paths.ts";
import { isEveryone } from "../policy/allows.ts";
import { type PolicyDocument, type Statement, statementList } from "../policy/document.ts";
import { CutoverRefusal } from "../refusal.ts";

/**
 * Statements that name accounts. What the planner drafted for everyone on the internet is left to a person: the ACLs were public object by object, and the
 * policy would be for whole prefixes.
 */
export const forAccounts = (statements: readonly Statement[]): readonly Statement[] =>
  statements.filter((s) => s.Principal !== undefined && !isEveryone(s.Principal));

/** Throws CutoverRefusal where the plan has no such policy. */
export async function thirdPartyStatements(store: CampaignStore): Promise<readonly Statement[]> {
  const document = await readJson<PolicyDocument>(store, GRANT_POLICY_PATH);
  const statements = document === undefined ? [] : forAccounts(statementList(document));
  if (statements.length === 0)
    throw new CutoverRefusal(
      "nothing-to-fix",
      `${store.location}: ${GRANT_POLICY_PATH} ${document === undefined ? "does not exist" : "has no statement for an account"}, so there is nothing to merge. ` +
        "The planner writes it where third-party grants can be said as a policy; otherwise write the policy by hand.",
    );
  return statements;
}
