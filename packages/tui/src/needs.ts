// What the view on the screen wants read beyond the snapshot. Pure: the session reads it and hands it back to the reducer.
import type { AccountId, FailureQuery } from "@quitclaim/campaign";
import { PAGE_ROWS } from "./listing.ts";
import { type LedgerRow, type Loads, type Model, top } from "./model.ts";

export type Need =
  | { readonly slot: "failures"; readonly scope: string; readonly key: string; readonly query: FailureQuery }
  | { readonly slot: "batches"; readonly scope: string; readonly key: string; readonly account: AccountId }
  | { readonly slot: "object"; readonly scope: string; readonly key: string; readonly row: LedgerRow };

/**
 * Each slot at most once. The same scope is the same list or thing, so that what was read may stay on the screen until the new comes;
 * the same key is the same question. Its answer may still age.
 */
export function needsOf(model: Model): readonly Need[] {
  const view = top(model);
  switch (view.kind) {
    case "account":
      return [{ slot: "batches", scope: view.account, key: view.account, account: view.account }];
    case "objects": {
      // A page on either side of the cursor's own, so that what is visible around it is always there.
      const span = Math.max(PAGE_ROWS, model.rows);
      const selection = {
        ...(view.account === undefined ? {} : { account: view.account }),
        ...(view.code === undefined ? {} : { code: view.code }),
        ...(view.filter === "" ? {} : { match: view.filter }),
      };
      const query: FailureQuery = {
        ...selection,
        offset: Math.max(0, (Math.floor(view.cursor.at / span) - 1) * span),
        limit: 3 * span,
      };
      return [{ slot: "failures", scope: JSON.stringify(selection), key: JSON.stringify(query), query }];
    }
    case "object": {
      const { row } = view;
      const scope = JSON.stringify([row.account, row.batch, row.key, row.versionId]);
      return [{ slot: "object", scope, key: scope, row }];
    }
    case "campaign":
    case "failures":
    case "help":
      return [];
  }
}

/** What was read, without what answers a question that the view on the screen does not ask: another account's list must not stand here. */
export function relevantLoads(model: Model): Loads {
  const { failures, batches, object } = model.loads;
  const asked = new Map(needsOf(model).map((need) => [need.slot, need.scope]));
  return {
    ...(failures !== undefined && asked.get("failures") === failures.scope ? { failures } : {}),
    ...(batches !== undefined && asked.get("batches") === batches.scope ? { batches } : {}),
    ...(object !== undefined && asked.get("object") === object.scope ? { object } : {}),
  };
}
