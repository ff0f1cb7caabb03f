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
  PartMemory,
  PlanWriter,
} from "@quitclaim/campaign";
import { HELD_GROUP_ROWS_MAX } from "../limits.ts";
import type { Chunk } from "../scan/pack.ts";
import { type Shape, shapeName } from "../scan/shape.ts";
import { type Batch, heldPages, planPages } from "./columns.ts";
import { HeldWriter } from "./held.ts";
import { MergeKernel } from "./kernel.ts";
import { Lane, type MergedShape } from "./lane.ts";

/** Distinct shapes that are remembered from chunk to chunk, by the letters of their names; forgetting them costs time, not correctness. */
const SHAPE_LETTERS_MAX = 8 * 1024 * 1024;

export class Merge {
  readonly #store: CampaignStore;
  readonly #batchRows: number;
  readonly #writers = new Map<AccountId, PlanWriter>();
  readonly #held = new Map<HeldReason, HeldWriter>();
  readonly #partMemory = new PartMemory();
  readonly #kernel = new MergeKernel();
  readonly #lanes = new Map<string, Lane>();
  readonly #laneAt = new Map<number, Lane>();
  /** The kernel's lane for objects that are a batch alone, whatever lane they belong to. */
  readonly #alone: number;
  #shapes = new Map<string, MergedShape>();
  #shapeLetters = 0;

  constructor(store: CampaignStore, batchRows: number) {
    this.#store = store;
    this.#batchRows = Math.min(batchRows, BATCH_ROWS_MAX);
    this.#alone = this.#kernel.lane(1, Number.POSITIVE_INFINITY);
    this.#kernel.aloneIn(this.#alone);
  }

  async take(chunk: Chunk): Promise<void> {
    const shapes = chunk.shapes.map((shape) => this.#shape(shape));
    const kernel = this.#kernel;
    kernel.open(
      chunk,
      shapes.map(({ lane, batch, number }) => ({ lane: lane.address, batch, number })),
    );
    for (;;) {
      const full = kernel.take();
      kernel.seen((number) => {
        const shape = shapes[number] as MergedShape;
        shape.lane.saw(shape);
      });
      if (full === undefined) return;
      if (full === this.#alone) {
        const { lane, shape } = shapes[kernel.aloneShape] as MergedShape;
        await lane.writeAlone(full, shape);
      } else await (this.#laneAt.get(full) as Lane).write();
    }
  }

  /** Writes what is left. Parts and batches of each account that has any. */
  async finish(): Promise<Map<AccountId, { parts: number; batches: number }>> {
    const counts = new Map<AccountId, { parts: number; batches: number }>();
    for (const account of [...this.#writers.keys()].sort()) {
      for (const op of OPS) {
        await this.#lanes.get(`${account} ${op}`)?.write();
      }
      counts.set(account, await (this.#writers.get(account) as PlanWriter).finish());
    }
    this.#partMemory.release();
    for (const reason of HELD_REASONS) {
      await this.#lanes.get(reason)?.write();
      await this.#held.get(reason)?.finish();
    }
    return counts;
  }

  #shape(shape: Shape): MergedShape {
    const name = shapeName(shape);
    let merged = this.#shapes.get(name);
    if (merged === undefined) {
      const { lane } = shape;
      merged = {
        shape,
        lane: lane.kind === "planned" ? this.#planned(lane.account, lane.op) : this.#heldLane(lane.reason),
        batch: 0,
        number: 0,
      };
      if (this.#shapeLetters >= SHAPE_LETTERS_MAX) {
        this.#shapes = new Map();
        this.#shapeLetters = 0;
      }
      this.#shapes.set(name, merged);
      this.#shapeLetters += name.length;
    }
    return merged;
  }

  #planned(account: AccountId, op: Op): Lane {
    return this.#lane(`${account} ${op}`, this.#batchRows, op === "copy" ? COPY_OBJECT_BYTES_MAX : Number.POSITIVE_INFINITY, () => {
      let writer = this.#writers.get(account);
      if (writer === undefined) {
        writer = new PlanWriter(this.#store, account, this.#partMemory);
        this.#writers.set(account, writer);
      }
      const open = writer;
      return (batch) => open.addPages(op, batch.rows, planPages(batch));
    });
  }

  #heldLane(reason: HeldReason): Lane {
    return this.#lane(reason, HELD_GROUP_ROWS_MAX, Number.POSITIVE_INFINITY, () => {
      const writer = new HeldWriter(this.#store, reason);
      this.#held.set(reason, writer);
      return (batch) => writer.add(batch.rows, heldPages(batch));
    });
  }

  #lane(name: string, rowsMax: number, sizeMax: number, open: () => (batch: Batch) => Promise<void>): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(this.#kernel, rowsMax, sizeMax, open());
      this.#lanes.set(name, lane);
      this.#laneAt.set(lane.address, lane);
    }
    return lane;
  }
}
