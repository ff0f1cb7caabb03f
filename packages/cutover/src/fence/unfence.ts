// Lowering the fence: the ownership mode and the policy that were there before it, to the byte.
import type { CampaignStore } from "@quitclaim/campaign";
import { readOwnership, writeOwnership } from "../bucket/ownership.ts";
import { readPolicy, writePolicy } from "../bucket/policy.ts";
import { samePolicy } from "../policy/document.ts";
import { withoutStatements } from "../policy/merge.ts";
import { readUntil } from "../read-back.ts";
import { CutoverRefusal } from "../refusal.ts";
import { requireOwnershipControls, type Target } from "../target.ts";
import type { FenceOptions } from "./fence.ts";
import { type FenceRecord, readFence, writeFence } from "./record.ts";
import { fenceStatement } from "./statement.ts";

export interface Unfenced {
  readonly changed: boolean;
  readonly record: FenceRecord;
  /** false: somebody changed the policy after the fence; only the fence's statement was taken out of it. */
  readonly policyVerbatim: boolean;
}

export async function unfence(target: Target, store: CampaignStore, options: Omit<FenceOptions, "onStep"> = {}): Promise<Unfenced> {
  requireOwnershipControls(target, "unfence");
  const now = options.now ?? Date.now;
  const whose = `the policy of bucket ${target.bucket}`;
  const kept = await readFence(store);
  if (kept === undefined)
    throw new CutoverRefusal(
      "not-fenced",
      `${target.bucket}: this campaign has raised no fence, so it knows no former state to go back to.`,
    );
  if (kept.stage === "down") return { changed: false, record: kept, policyVerbatim: true };
  const [ownership, policy] = await Promise.all([readOwnership(target), readPolicy(target)]);
  if (ownership === "BucketOwnerEnforced")
    throw new CutoverRefusal(
      "switched",
      `${target.bucket} is BucketOwnerEnforced now; the fence does not matter until it is not. Run \`quitclaim rollback\` first if it should come down.`,
    );
  const { former } = kept;
  const statement = fenceStatement(target, await target.client.config.region());
  // Nobody else changed it since: the saved text. Otherwise a colleague's change would be lost with the fence.
  const untouched = samePolicy(withoutFence(policy), withoutFence(former.policy), whose);
  const wanted = untouched ? former.policy : withoutFence(policy);

  await writeFence(store, { ...kept, stage: "lowering", at: new Date(now()).toISOString() });
  if (policy !== wanted) await writePolicy(target, wanted);
  if (ownership !== former.ownership) await writeOwnership(target, former.ownership);
  await readUntil(
    `${target.bucket}: ownership controls`,
    () => readOwnership(target),
    (mode) => mode === former.ownership,
    options,
  );
  await readUntil(
    whose,
    () => readPolicy(target),
    (text) => samePolicy(text, wanted, whose),
    options,
  );
  const record = await writeFence(store, { ...kept, stage: "down", at: new Date(now()).toISOString() });
  return { changed: true, record, policyVerbatim: untouched };

  function withoutFence(text: string | null): string | null {
    return withoutStatements(text, [statement], whose);
  }
}
