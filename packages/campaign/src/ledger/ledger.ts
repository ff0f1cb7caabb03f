// The ledger: results/account=<id>/<batch>.parquet, one row for each object of the batch, whole or absent (design.md 3).
import { type BatchRef, ledgerPath } from "../batch.ts";
import type { ObjectKey, VersionId } from "../identity.ts";
import { encodeTable } from "../parquet/encode.ts";
import { openTable } from "../parquet/open.ts";
import { OPS } from "../plan/row.ts";
import { type CampaignStore, StoreError } from "../store/store.ts";
import { type LedgerSummary, OUTCOMES, type ResultRow, summarize } from "./result.ts";

const SUMMARY = "quitclaim.summary";

function ledgerBytes(rows: readonly ResultRow[], retry: number): Uint8Array {
  const columns = [
    { name: "key", data: rows.map((r) => r.key), type: "STRING" as const, nullable: false },
    { name: "version_id", data: rows.map((r) => r.versionId), type: "STRING" as const, nullable: true },
    { name: "op", data: rows.map((r) => r.op), type: "STRING" as const, nullable: false },
    { name: "outcome", data: rows.map((r) => r.outcome), type: "STRING" as const, nullable: false },
    { name: "code", data: rows.map((r) => r.code), type: "STRING" as const, nullable: false },
    { name: "http_status", data: Int32Array.from(rows, (r) => r.httpStatus), type: "INT32" as const, nullable: false },
    { name: "request_id", data: rows.map((r) => r.requestId), type: "STRING" as const, nullable: false },
    { name: "attempts", data: Int32Array.from(rows, (r) => r.attempts), type: "INT32" as const, nullable: false },
    { name: "at", data: rows.map((r) => new Date(r.at)), type: "TIMESTAMP" as const, nullable: false },
    { name: "new_version_id", data: rows.map((r) => r.newVersionId), type: "STRING" as const, nullable: true },
    { name: "detail", data: rows.map((r) => r.detail), type: "STRING" as const, nullable: false },
  ];
  const table = encodeTable(columns);
  table.rowGroup(columns);
  return table.finish({ [SUMMARY]: JSON.stringify(summarize(rows, retry)) });
}

/** First complete write wins: false, and nothing changed, where the batch has its ledger file already. */
export async function createLedger(store: CampaignStore, ref: BatchRef, rows: readonly ResultRow[]): Promise<boolean> {
  assertComplete(ref, rows);
  return store.create(ledgerPath(ref), ledgerBytes(rows, 0));
}

/** Replaces a finished batch's file by the whole result of a retry (never by part of one). */
export async function replaceLedger(store: CampaignStore, ref: BatchRef, rows: readonly ResultRow[], retry: number): Promise<void> {
  assertComplete(ref, rows);
  await store.write(ledgerPath(ref), ledgerBytes(rows, retry));
}

function assertComplete(ref: BatchRef, rows: readonly ResultRow[]): void {
  if (rows.length !== ref.rows)
    throw new Error(`${ledgerPath(ref)}: ${rows.length} results for ${ref.rows} planned objects; a ledger file is whole or absent`);
}

/** undefined where the batch is not finished. */
export async function readLedger(
  store: CampaignStore,
  ref: Pick<BatchRef, "account" | "part" | "rowGroup">,
): Promise<ResultRow[] | undefined> {
  const path = ledgerPath(ref);
  const table = await openTable(store, path);
  if (table === undefined) return undefined;
  return (await table.readAll()).map((row) => {
    const outcome = OUTCOMES.find((o) => o === row.outcome);
    const op = OPS.find((o) => o === row.op);
    if (outcome === undefined || op === undefined) throw new StoreError(`${store.location}: ${path} was not written by quitclaim`);
    return {
      key: row.key as ObjectKey,
      versionId: (row.version_id ?? null) as VersionId | null,
      op,
      outcome,
      code: row.code as string,
      httpStatus: row.http_status as number,
      requestId: row.request_id as string,
      attempts: row.attempts as number,
      at: (row.at as Date).getTime(),
      newVersionId: (row.new_version_id ?? null) as VersionId | null,
      detail: row.detail as string,
    };
  });
}

/** The totals in the footer, without reading a row; undefined where the batch is not finished. */
export async function readLedgerSummary(
  store: CampaignStore,
  ref: Pick<BatchRef, "account" | "part" | "rowGroup">,
): Promise<LedgerSummary | undefined> {
  const path = ledgerPath(ref);
  const table = await openTable(store, path);
  if (table === undefined) return undefined;
  const entry = table.entry(SUMMARY);
  if (entry === undefined) throw new StoreError(`${store.location}: ${path} was not written by quitclaim`);
  const summary = JSON.parse(entry) as LedgerSummary;
  if (summary.rows !== table.rows)
    throw new StoreError(`${store.location}: ${path} has ${table.rows} rows but its footer counts ${summary.rows}`);
  return summary;
}
