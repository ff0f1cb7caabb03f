// What the cursor can stand on in each view, in the order of the screen.
import type { AccountId, AccountProgress, Op, ProgressSnapshot } from "@quitclaim/campaign";
import type { Cursor, LedgerRow, Model, View } from "./model.ts";
import { failuresByCode, isFaulty } from "./tally.ts";

export type Item =
  | { readonly kind: "account"; readonly id: string; readonly account: AccountProgress }
  /** The campaign's line of failures; opens them by reason. */
  | { readonly kind: "failures"; readonly id: string; readonly count: number }
  | {
      readonly kind: "reason";
      readonly id: string;
      readonly code: string;
      readonly count: number;
      readonly accounts: readonly AccountProgress[];
    }
  /** Every failed and changed object of the scope, whatever the reason. */
  | { readonly kind: "all"; readonly id: string; readonly failed: number; readonly changed: number };

/** Which page of the ledger the objects view reads at once. */
export const PAGE_ROWS = 100;

const matches = (filter: string, ...texts: string[]): boolean => texts.some((text) => text.toLowerCase().includes(filter.toLowerCase()));

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, count) => total + count, 0);

function reasons(failed: Record<string, number>, changed: number, accounts: readonly AccountProgress[], filter: string): Item[] {
  const items: Item[] = failuresByCode(failed)
    .filter(({ code }) => matches(filter, code))
    .map(({ code, count }) => ({
      kind: "reason",
      id: `reason:${code}`,
      code,
      count,
      accounts: accounts.filter((one) => (one.failed[code] ?? 0) > 0),
    }));
  if (filter === "" && sum(failed) + changed > 0) items.push({ kind: "all", id: "all", failed: sum(failed), changed });
  return items;
}

/** The items of a view; the objects view pages through the ledger and has none here. */
export function itemsOf(model: Model, view: View): readonly Item[] {
  const { snapshot } = model;
  if (snapshot === undefined) return [];
  switch (view.kind) {
    case "campaign": {
      const items: Item[] = snapshot.accounts
        .filter((one) => matches(view.filter, one.account, one.name) && (!model.faultsOnly || isFaulty(one)))
        .map((account) => ({ kind: "account", id: `account:${account.account}`, account }));
      const failed = sum(snapshot.failed);
      if (failed > 0) items.push({ kind: "failures", id: "failures", count: failed });
      return items;
    }
    case "account": {
      const account = accountOf(snapshot, view.account);
      return account === undefined ? [] : reasons(account.failed, account.done.changed ?? 0, [account], view.filter);
    }
    case "failures":
      return reasons(snapshot.failed, snapshot.done.changed ?? 0, snapshot.accounts, view.filter);
    case "objects":
    case "object":
    case "help":
      return [];
  }
}

export const accountOf = (snapshot: ProgressSnapshot | undefined, account: AccountId): AccountProgress | undefined =>
  snapshot?.accounts.find((one) => one.account === account);

/** The op that most of an account's plan is, for the explanation of a reason; undefined where nothing is planned. */
export function mainOp(accounts: readonly AccountProgress[]): Op | undefined {
  const totals = new Map<Op, number>();
  for (const account of accounts) {
    for (const [op, count] of Object.entries(account.plannedByOp) as [Op, number][]) totals.set(op, (totals.get(op) ?? 0) + count);
  }
  return [...totals].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** How many places the cursor has in a view. */
export function placesOf(model: Model, view: View): number {
  if (view.kind === "objects") return model.loads.failures?.value?.total ?? 0;
  return itemsOf(model, view).length;
}

/** Where the cursor stands among the items now. */
export function placeOf(cursor: Cursor, items: readonly Item[]): number {
  const named = cursor.id === undefined ? -1 : items.findIndex((item) => item.id === cursor.id);
  return named >= 0 ? named : Math.max(0, Math.min(cursor.at, items.length - 1));
}

/** The item under the cursor of the view. */
export function selectedItem(model: Model, view: View): Item | undefined {
  const items = itemsOf(model, view);
  return items[placeOf(view.cursor, items)];
}

/** The ledger row under the cursor of the objects view, where it is loaded. */
export function selectedRow(model: Model, view: View): LedgerRow | undefined {
  if (view.kind !== "objects") return undefined;
  const page = model.loads.failures?.value;
  return page === undefined ? undefined : page.rows[view.cursor.at - page.offset];
}

/** The account that a command on this view is about. */
export function scopeOf(model: Model, view: View): AccountId | undefined {
  if (view.kind === "account" || view.kind === "objects") return view.account;
  if (view.kind === "object") return view.row.account;
  const item = selectedItem(model, view);
  return item?.kind === "account" ? item.account.account : undefined;
}
