// The ledger: results/account=<id>/<batch>.parquet, one row for each object of the batch, whole or absent (design.md 3).
import { type BatchRef, ledgerPath } from "../batch.ts";
import type { ObjectKey, VersionId } from "../identity.ts";
import { TableEncoder } from "../parquet/encode.ts";
import { DamagedFile, openTable } from "../parquet/open.ts";
import type { TableColumn } from "../parquet/structures.ts";
import { textColumn, wordColumn } from "../parquet/text-pages.ts";
import { OPS } from "../plan/row.ts";
import type { CampaignStore } from "../store/store.ts";
import { type LedgerSummary, OUTCOMES, type ResultRow, summarize } from "./result.ts";

const SUMMARY = "quitclaim.summary";
/** What the encoder makes room for at once. */
const ROW_BYTES_EXPECTED = 128;

const COLUMNS: readonly TableColumn[] = [
  { name: "key", type: "STRING", nullable: false },
  { name: "version_id", type: "STRING", nullable: true },
  { name: "op", type: "STRING", nullable: false },
  { name: "outcome", type: "STRING", nullable: false },
  { name: "code", type: "STRING", nullable: false },
  { name: "http_status", type: "INT32", nullable: false },
  { name: "request_id", type: "STRING", nullable: false },
  { name: "attempts", type: "INT32", nullable: false },
  { name: "at", type: "TIMESTAMP", nullable: false },
  { name: "new_version_id", type: "STRING", nullable: true },
  { name: "detail", type: "STRING", nullable: false },
];

/** Versions and request IDs are random: compressing them costs time for nothing. */
function ledgerBytes(rows: readonly ResultRow[], retry: number): Uint8Array {
  const table = new TableEncoder(COLUMNS, rows.length * ROW_BYTES_EXPECTED);
  table.pages(rows.length, [
    textColumn(
      rows.map((r) => r.key),
      true,
    ),
    textColumn(
      rows.map((r) => r.versionId),
      false,
    ),
    wordColumn(rows.map((r) => r.op)),
    wordColumn(rows.map((r) => r.outcome)),
    wordColumn(rows.map((r) => r.code)),
    { kind: "int32", values: new Int32Array(rows.map((r) => r.httpStatus)) },
    textColumn(
      rows.map((r) => r.requestId),
      false,
    ),
    { kind: "int32", values: new Int32Array(rows.map((r) => r.attempts)) },
    { kind: "int64", values: new Float64Array(rows.map((r) => r.at)) },
    textColumn(
      rows.map((r) => r.newVersionId),
      false,
    ),
    wordColumn(rows.map((r) => r.detail)),
  ]);
  return table.finish({ [SUMMARY]: JSON.stringify(summarize(rows, retry)) });
}

/** First complete write wins: false, and nothing changed, where the batch has its ledger file already. */
export async function createLedger(store: CampaignStore, ref: BatchRef, rows: readonly ResultRow[]): Promise<boolean> {
  assertComplete(ref, rows);
  return store.create(ledgerPath(ref), ledgerBytes(rows, 0));
}

/**
 * Replaces a finished batch's file by the whole result of a retry (never by part of one). False, and nothing changed, where a later retry has
 * answered already. `still` is asked last, right before the write, and throws where the batch is somebody else's by now.
 */
export async function replaceLedger(
  store: CampaignStore,
  ref: BatchRef,
  rows: readonly ResultRow[],
  retry: number,
  still: () => Promise<unknown> = () => Promise.resolve(),
): Promise<boolean> {
  assertComplete(ref, rows);
  const bytes = ledgerBytes(rows, retry);
  const found = await readLedgerSummary(store, ref);
  if (found !== undefined && found.retry > retry) return false;
  await still();
  await store.write(ledgerPath(ref), bytes);
  return true;
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
    if (outcome === undefined || op === undefined) throw new DamagedFile(`${store.location}: ${path} was not written by quitclaim`);
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
  if (entry === undefined) throw new DamagedFile(`${store.location}: ${path} was not written by quitclaim`);
  const summary = JSON.parse(entry) as LedgerSummary;
  if (summary.rows !== table.rows)
    throw new DamagedFile(`${store.location}: ${path} has ${table.rows} rows but its footer counts ${summary.rows}`);
  return summary;
}
