// held/reason=<reason>/part-NNNNN.parquet: the objects that need a person. The columns of the plan, and besides them why.
import { type CampaignStore, type HeldReason, type PageColumn, PLAN_COLUMNS, type TableColumn, TableEncoder } from "@quitclaim/campaign";
import { HELD_PART_GROUPS_MAX } from "../limits.ts";

/** `op` is null where none was chosen. */
const HELD_COLUMNS: readonly TableColumn[] = [
  ...PLAN_COLUMNS.map((column) => (column.name === "op" ? { ...column, nullable: true } : column)),
  { name: "reason", type: "STRING", nullable: false },
  { name: "detail", type: "STRING", nullable: false },
];

export const heldPartPath = (reason: HeldReason, part: number): string =>
  `held/reason=${reason}/part-${String(part).padStart(5, "0")}.parquet`;

export class HeldWriter {
  readonly #store: CampaignStore;
  readonly #reason: HeldReason;
  #encoder: TableEncoder | undefined;
  #part = 0;

  constructor(store: CampaignStore, reason: HeldReason) {
    this.#store = store;
    this.#reason = reason;
  }

  async add(rows: number, pages: readonly PageColumn[]): Promise<void> {
    this.#encoder ??= new TableEncoder(HELD_COLUMNS);
    this.#encoder.pages(rows, pages);
    if (this.#encoder.rowGroups === HELD_PART_GROUPS_MAX) await this.finish();
  }

  async finish(): Promise<void> {
    if (this.#encoder === undefined) return;
    const bytes = this.#encoder.finish({});
    await this.#store.write(heldPartPath(this.#reason, this.#part++), bytes);
    // As a plan's parts: nobody looks at it again.
    bytes.buffer.transfer(0);
    this.#encoder = undefined;
  }
}
