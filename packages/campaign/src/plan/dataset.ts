// The plan dataset: plan/account=<id>/part-NNNNN.parquet, where a row group is a batch (design.md 3).
import { type BatchRef, planPartPath } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import { PART_BATCHES_MAX, PART_BYTES_MAX } from "../limits.ts";
import { TableEncoder } from "../parquet/encode.ts";
import { DamagedFile, damaged, openTable, type StoredTable } from "../parquet/open.ts";
import type { PageColumn } from "../parquet/pages.ts";
import type { CampaignStore } from "../store/store.ts";
import { PLAN_COLUMNS, planPages, planRow } from "./columns.ts";
import { PartMemory } from "./part-memory.ts";
import { OPS, type Op, type PlanRow } from "./row.ts";

/** Footer entry: `[[op, rows], …]`, one for each row group, so that jobs are made without reading a row. */
const BATCHES = "quitclaim.batches";

export interface PlanPart {
  readonly account: AccountId;
  readonly part: number;
  readonly batches: readonly BatchRef[];
  /** The rows of one batch, in plan order. */
  read(rowGroup: number): Promise<PlanRow[]>;
}

/** Writes one account's parts. Batches are written in the order given; a part is in the store only when it is whole. */
export class PlanWriter {
  #encoder: TableEncoder | undefined;
  #batches: [Op, number][] = [];
  #part = 0;
  #total = 0;
  readonly #store: CampaignStore;
  readonly #account: AccountId;
  readonly #memory: PartMemory;

  /** `memory`: shared by writers of which one works at a time. */
  constructor(store: CampaignStore, account: AccountId, memory = new PartMemory()) {
    this.#store = store;
    this.#account = account;
    this.#memory = memory;
  }

  /** One batch: rows of one op, at most BATCH_ROWS_MAX. */
  async add(rows: readonly PlanRow[]): Promise<void> {
    const op = rows[0]?.op;
    if (op === undefined || rows.some((r) => r.op !== op)) throw new Error("a batch has one op and at least one row");
    await this.addPages(op, rows.length, planPages(rows));
  }

  /** One batch whose columns are bytes already, in the order of PLAN_COLUMNS. */
  async addPages(op: Op, rows: number, columns: readonly PageColumn[]): Promise<void> {
    if (rows < 1) throw new Error("a batch has at least one row");
    this.#open().pages(rows, columns);
    await this.#added(op, rows);
  }

  #open(): TableEncoder {
    // A part ends with the batch that takes it over its limit.
    this.#encoder ??= new TableEncoder(PLAN_COLUMNS, this.#memory.take(PART_BYTES_MAX + PART_BYTES_MAX / 8));
    return this.#encoder;
  }

  async #added(op: Op, rows: number): Promise<void> {
    this.#batches.push([op, rows]);
    this.#total++;
    // Where a part ends depends on its rows alone, so the same rows give the same parts.
    if (this.#batches.length === PART_BATCHES_MAX || this.#open().bytes >= PART_BYTES_MAX) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#encoder === undefined) return;
    const bytes = this.#encoder.finish({ [BATCHES]: JSON.stringify(this.#batches) });
    await this.#store.write(planPartPath(this.#account, this.#part), bytes);
    this.#memory.giveBack(bytes.buffer);
    this.#part++;
    this.#encoder = undefined;
    this.#batches = [];
  }

  /** How many parts and batches this account has. */
  async finish(): Promise<{ parts: number; batches: number }> {
    await this.#flush();
    return { parts: this.#part, batches: this.#total };
  }
}

/** Throws DamagedFile where the part is missing, cut off, or not what plan.json promised, and from `read` where a batch cannot be read. */
export async function openPlanPart(store: CampaignStore, account: AccountId, part: number): Promise<PlanPart> {
  const path = planPartPath(account, part);
  const table: StoredTable | undefined = await openTable(store, path);
  if (table === undefined)
    throw new DamagedFile(`${store.location}: ${path} is missing, although plan.json counts it. Restore it or plan again.`);
  const entry = table.entry(BATCHES);
  const listed = entry === undefined ? undefined : readBatches(store, path, entry);
  if (listed === undefined || listed.length !== table.rowGroupRows.length)
    throw new DamagedFile(`${store.location}: ${path} was not written by quitclaim's planner`);
  const batches = listed.map(([name, rows], rowGroup): BatchRef => {
    const op = OPS.find((o) => o === name);
    if (op === undefined || rows !== table.rowGroupRows[rowGroup])
      throw new DamagedFile(`${store.location}: ${path} does not agree with its own footer at row group ${rowGroup}`);
    return { account, part, rowGroup, rows, op };
  });
  return {
    account,
    part,
    batches,
    async read(rowGroup) {
      const rows = await table.readRowGroup(rowGroup);
      try {
        return rows.map((row) => planRow(row as Parameters<typeof planRow>[0]));
      } catch (cause) {
        throw damaged(store, path, `row group ${rowGroup}`, cause);
      }
    },
  };
}

function readBatches(store: CampaignStore, path: string, entry: string): [string, number][] {
  try {
    return JSON.parse(entry) as [string, number][];
  } catch (cause) {
    throw damaged(store, path, "the list of its batches", cause);
  }
}
