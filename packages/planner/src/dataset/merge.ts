// Chunks in manifest order become batches. Which row lies in which batch depends on the order of the rows alone, never on threads, chunks or files:
// each account and op fills its batch row by row, a full one is written at once, what is left at the end is written in a fixed order.
import {
  type AccountId,
  BATCH_ROWS_MAX,
  type CampaignStore,
  COPY_OBJECT_BYTES_MAX,
  HELD_REASONS,
  type HeldReason,
  OPS,
  type Op,
  PlanWriter,
} from "@quitclaim/campaign";
import { HELD_GROUP_ROWS_MAX } from "../limits.ts";
import type { Chunk } from "../scan/pack.ts";
import { type Shape, shapeName } from "../scan/shape.ts";
import { heldPages, planPages } from "./columns.ts";
import { HeldWriter } from "./held.ts";
import { LaneRows } from "./lane.ts";

interface Lane {
  readonly rows: LaneRows;
  readonly rowsMax: number;
  /** Objects larger than this are a batch alone. */
  readonly sizeMax: number;
  write(rows: LaneRows): Promise<void>;
}

/** A shape as all chunks share it. */
export interface MergedShape {
  readonly shape: Shape;
  readonly lane: Lane;
}

/** Distinct shapes that are remembered from chunk to chunk; forgetting them costs time, not correctness. */
const SHAPES_MAX = 50_000;

export class Merge {
  readonly #store: CampaignStore;
  readonly #batchRows: number;
  readonly #writers = new Map<AccountId, PlanWriter>();
  readonly #held = new Map<HeldReason, HeldWriter>();
  readonly #lanes = new Map<string, Lane>();
  #shapes = new Map<string, MergedShape>();

  constructor(store: CampaignStore, batchRows: number) {
    this.#store = store;
    this.#batchRows = Math.min(batchRows, BATCH_ROWS_MAX);
  }

  async take(chunk: Chunk): Promise<void> {
    const shapes = chunk.shapes.map((shape) => this.#shape(shape));
    const bytes = new Uint8Array(chunk.records);
    const u32 = new Uint32Array(chunk.records, 0, chunk.records.byteLength >> 2);
    const f64 = new Float64Array(chunk.records, 0, chunk.records.byteLength >> 3);
    for (let at = 0; at < chunk.length; ) {
      const length = u32[at >> 2] as number;
      const shape = shapes[u32[(at >> 2) + 1] as number] as MergedShape;
      const { lane } = shape;
      if ((f64[(at >> 3) + 1] as number) > lane.sizeMax) {
        const alone = new LaneRows();
        alone.add(bytes, at, length, shape);
        await lane.write(alone);
      } else {
        lane.rows.add(bytes, at, length, shape);
        if (lane.rows.rows === lane.rowsMax) await writeOut(lane);
      }
      at += length;
    }
  }

  /** Writes what is left. Parts and batches of each account that has any. */
  async finish(): Promise<Map<AccountId, { parts: number; batches: number }>> {
    const counts = new Map<AccountId, { parts: number; batches: number }>();
    for (const account of [...this.#writers.keys()].sort()) {
      for (const op of OPS) {
        const lane = this.#lanes.get(`${account} ${op}`);
        if (lane !== undefined && lane.rows.rows > 0) await writeOut(lane);
      }
      counts.set(account, await (this.#writers.get(account) as PlanWriter).finish());
    }
    for (const reason of HELD_REASONS) {
      const lane = this.#lanes.get(reason);
      if (lane !== undefined && lane.rows.rows > 0) await writeOut(lane);
      await this.#held.get(reason)?.finish();
    }
    return counts;
  }

  #shape(shape: Shape): MergedShape {
    const name = shapeName(shape);
    let merged = this.#shapes.get(name);
    if (merged === undefined) {
      const { lane } = shape;
      merged = { shape, lane: lane.kind === "planned" ? this.#planned(lane.account, lane.op) : this.#heldLane(lane.reason) };
      if (this.#shapes.size >= SHAPES_MAX) this.#shapes = new Map();
      this.#shapes.set(name, merged);
    }
    return merged;
  }

  #planned(account: AccountId, op: Op): Lane {
    return this.#lane(`${account} ${op}`, this.#batchRows, op === "copy" ? COPY_OBJECT_BYTES_MAX : Number.POSITIVE_INFINITY, () => {
      let writer = this.#writers.get(account);
      if (writer === undefined) {
        writer = new PlanWriter(this.#store, account);
        this.#writers.set(account, writer);
      }
      const open = writer;
      return (rows) => open.addPages(op, rows.rows, planPages(rows));
    });
  }

  #heldLane(reason: HeldReason): Lane {
    return this.#lane(reason, HELD_GROUP_ROWS_MAX, Number.POSITIVE_INFINITY, () => {
      const writer = new HeldWriter(this.#store, reason);
      this.#held.set(reason, writer);
      return (rows) => writer.add(rows.rows, heldPages(rows));
    });
  }

  #lane(name: string, rowsMax: number, sizeMax: number, open: () => Lane["write"]): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { rows: new LaneRows(), rowsMax, sizeMax, write: open() };
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}

async function writeOut(lane: Lane): Promise<void> {
  await lane.write(lane.rows);
  lane.rows.clear();
}
