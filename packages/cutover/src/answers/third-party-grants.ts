// The planner's answer to third-party grants: grants/bucket-policy.json, which the operator has looked at before ordering this.
import { type CampaignStore, readJson } from "@quitclaim/campaign";
import { GRANT_POLICY_PATH } from "../paths.ts";
import { type PolicyDocument, type Statement, statementList } from "../policy/document.ts";
import { CutoverRefusal } from "../refusal.ts";

/** Throws CutoverRefusal where the plan has no such policy. */
export async function thirdPartyStatements(store: CampaignStore): Promise<readonly Statement[]> {
  const document = await readJson<PolicyDocument>(store, GRANT_POLICY_PATH);
  const statements = document === undefined ? [] : statementList(document);
  if (statements.length === 0)
    throw new CutoverRefusal(
      "nothing-to-fix",
      `${store.location}: ${GRANT_POLICY_PATH} ${document === undefined ? "does not exist" : "has no statement"}, so there is nothing to merge. ` +
        "The planner writes it where third-party grants can be said as a policy; otherwise write the policy by hand.",
    );
  return statements;
}
