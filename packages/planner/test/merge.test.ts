// The kernel lays batches out as the writer of single rows does, byte for byte: whatever the rows hold, however they are cut into chunks and mixed between lanes.
import { type AccountId, accountId, canonicalId, type Op, type PlanRow, PlanWriter } from "@quitclaim/campaign";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Merge } from "../src/dataset/merge.ts";
import { CHUNK_BYTES } from "../src/limits.ts";
import { ChunkShapes, type NumberedShape, Packer } from "../src/scan/pack.ts";
import { Row } from "../src/scan/row.ts";
import type { Shape } from "../src/scan/shape.ts";
import { datasetBytes, withStore } from "./fixture/planned.ts";

const LARGE = 6 * 1024 ** 3;
const ACCOUNTS = [accountId("222233334444"), accountId("333344445555")];
const OPS_MADE: readonly Op[] = ["acl", "copy"];

interface Made {
  account: AccountId;
  op: Op;
  row: PlanRow;
  /** A chunk ends behind it. */
  cut: boolean;
}

const text = fc.string({ unit: "binary", maxLength: 40 }).map((t) => t.toWellFormed());
const made: fc.Arbitrary<Made> = fc
  .record({
    account: fc.constantFrom(...ACCOUNTS),
    op: fc.constantFrom(...OPS_MADE),
    cut: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    key: fc.oneof(
      text,
      fc.nat(99).map((n) => `raw/clicks/part-${n}.snappy.parquet`),
      fc.constant("k".repeat(1_024)),
    ),
    versionId: fc.option(text, { freq: 4 }),
    isLatest: fc.boolean(),
    size: fc.oneof({ weight: 9, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.constant(LARGE) }),
    etag: fc.option(text, { freq: 4 }),
    lastModified: fc.option(fc.nat(4_000_000_000).map((s) => s * 1_000)),
    storageClass: fc.constantFrom("STANDARD", "GLACIER", ""),
    grants: fc.option(fc.nat(40).map((n) => `[{"id":"${"é".repeat(n)}"}]`)),
    formerAcl: fc.option(fc.constant("private")),
  })
  .map(({ account, op, cut, ...facts }) => ({
    account,
    op,
    cut,
    row: { ...facts, encryption: "SSE-S3", owner: canonicalId("a".repeat(64)), op } as PlanRow,
  }));

const shapeOf = ({ account, op, row }: Made): Shape => ({
  lane: { kind: "planned", account, op },
  storageClass: row.storageClass,
  encryption: row.encryption,
  owner: row.owner,
  grants: row.grants,
  formerAcl: row.formerAcl,
});

/** As a scanning thread would send them. */
async function merged(merge: Merge, rows: readonly Made[]): Promise<void> {
  const packer = new Packer(new ChunkShapes(), () => new Uint8Array(CHUNK_BYTES));
  const shapes = new Map<string, NumberedShape>();
  const packed = new Row({} as Row["owner"], {} as Row["acl"]);
  for (const one of rows) {
    const { row } = one;
    const bytes = (value: string | null, span: Row["keyBytes"]): void => {
      if (value === null) span.clear();
      else span.set(Buffer.from(value), 0, Buffer.byteLength(value));
    };
    bytes(row.key, packed.keyBytes);
    bytes(row.versionId, packed.version);
    bytes(row.etag, packed.etag);
    packed.isLatest = row.isLatest;
    packed.size = row.size;
    packed.lastModified = row.lastModified;
    const shape = shapeOf(one);
    const name = JSON.stringify(shape);
    const numbered = shapes.get(name) ?? { shape, chunk: -1, number: 0 };
    shapes.set(name, numbered);
    packer.add(packed, numbered);
    if (one.cut) await merge.take(packer.take());
  }
  if (packer.rows > 0) await merge.take(packer.take());
  await merge.finish();
}

/** By the writer of single rows; batches end as merge.ts says. */
async function written(writers: ReadonlyMap<AccountId, PlanWriter>, batchRows: number, rows: readonly Made[]): Promise<void> {
  const lanes = new Map<string, PlanRow[]>();
  for (const { account, op, row } of rows) {
    const writer = writers.get(account) as PlanWriter;
    if (op === "copy" && row.size === LARGE) {
      await writer.add([row]);
      continue;
    }
    const name = `${account} ${op}`;
    const lane = [...(lanes.get(name) ?? []), row];
    lanes.set(name, lane);
    if (lane.length < batchRows) continue;
    await writer.add(lane);
    lanes.delete(name);
  }
  for (const [account, writer] of writers) {
    for (const op of OPS_MADE) {
      const lane = lanes.get(`${account} ${op}`);
      if (lane !== undefined) await writer.add(lane);
    }
    await writer.finish();
  }
}

test("the same bytes as row by row", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(made, { maxLength: 150 }), fc.integer({ min: 1, max: 40 }), async (rows, batchRows) => {
      await withStore(async (byKernel) => {
        await merged(new Merge(byKernel, batchRows), rows);
        await withStore(async (byRow) => {
          await written(new Map(ACCOUNTS.map((account) => [account, new PlanWriter(byRow, account)])), batchRows, rows);
          expect(await datasetBytes(byKernel)).toEqual(await datasetBytes(byRow));
        });
      });
    }),
    { numRuns: 25 },
  );
});
