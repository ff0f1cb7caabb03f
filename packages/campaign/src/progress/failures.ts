// Failed and changed objects, read from the ledger when somebody looks, and only from the files whose footers count any.
import { type BatchId, parseBatchId } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import { readLedger } from "../ledger/ledger.ts";
import type { LedgerSummary, ResultRow } from "../ledger/result.ts";
import type { CampaignStore } from "../store/store.ts";
import type { CampaignView, FailureQuery } from "./snapshot.ts";

type Failures = Awaited<ReturnType<CampaignView["failures"]>>;
type Summaries = (account: AccountId) => Promise<ReadonlyMap<BatchId, LedgerSummary>>;

/** Rows kept in memory; a campaign with more failures than this reads its files again. */
const CACHED_ROWS_MAX = 200_000;

export class FailureReader {
  readonly #store: CampaignStore;
  readonly #accounts: readonly AccountId[];
  readonly #summaries: Summaries;
  readonly #cache = new Map<BatchId, { retry: number; rows: readonly ResultRow[] }>();
  #cachedRows = 0;

  constructor(store: CampaignStore, accounts: readonly AccountId[], summaries: Summaries) {
    this.#store = store;
    this.#accounts = accounts;
    this.#summaries = summaries;
  }

  /** Without `match` only the files of the page are read; with it, every file that counts a failure. */
  async read(query: FailureQuery): Promise<Failures> {
    const page: Failures = { total: 0, rows: [] };
    const end = query.offset + query.limit;
    for (const account of this.#accounts) {
      if (query.account !== undefined && query.account !== account) continue;
      const summaries = [...(await this.#summaries(account))].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [batch, summary] of summaries) {
        const counted = countOf(summary, query.code);
        if (counted === 0) continue;
        const outside = page.total + counted <= query.offset || page.total >= end;
        if (query.match === undefined && outside) {
          page.total += counted;
          continue;
        }
        for (const row of await this.#rows(batch, summary.retry)) {
          if (!wanted(row, query)) continue;
          if (page.total >= query.offset && page.total < end) page.rows.push({ ...row, account, batch });
          page.total++;
        }
      }
    }
    return page;
  }

  async #rows(batch: BatchId, retry: number): Promise<readonly ResultRow[]> {
    const cached = this.#cache.get(batch);
    if (cached !== undefined && cached.retry === retry) return cached.rows;
    const ref = parseBatchId(batch);
    const rows = ((ref && (await readLedger(this.#store, ref))) ?? []).filter((r) => r.outcome === "failed" || r.outcome === "changed");
    if (this.#cachedRows + rows.length > CACHED_ROWS_MAX) {
      this.#cache.clear();
      this.#cachedRows = 0;
    }
    this.#cachedRows += rows.length - (cached?.rows.length ?? 0);
    this.#cache.set(batch, { retry, rows });
    return rows;
  }
}

/** A code means failures of that code; without one, changed objects are listed too. */
function countOf(summary: LedgerSummary, code: string | undefined): number {
  if (code !== undefined) return summary.failed[code] ?? 0;
  return Object.values(summary.failed).reduce((a, n) => a + n, 0) + (summary.done.changed ?? 0);
}

function wanted(row: ResultRow, { code, match }: FailureQuery): boolean {
  if (code !== undefined && (row.outcome !== "failed" || row.code !== code)) return false;
  return match === undefined || row.key.includes(match);
}
