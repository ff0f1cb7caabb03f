// A ledger file read back is the results that were written, however they repeat.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  accountId,
  type BatchRef,
  type CampaignStore,
  createLedger,
  OUTCOMES,
  objectKey,
  openLocalStore,
  type ResultRow,
  readLedger,
  readLedgerSummary,
  replaceLedger,
  summarize,
  versionId,
} from "../src/index.ts";

let folder: string;
let store: CampaignStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quitclaim-ledger-"));
  store = await openLocalStore(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ref = (rowGroup: number, rows: number): BatchRef => ({ account: accountId("222233334444"), part: 0, rowGroup, rows, op: "acl" });
const text = fc.string({ unit: "binary", maxLength: 40 }).map((t) => t.toWellFormed());
const row: fc.Arbitrary<ResultRow> = fc.record({
  key: fc
    .oneof(
      text.filter((t) => t !== ""),
      fc.nat(99).map((n) => `ключ/part-${n} of many`),
    )
    .map(objectKey),
  versionId: fc.option(fc.nat().map((n) => versionId(`3sL4kqtJlcpXroDTDmJ.rm${n}`))),
  op: fc.constantFrom("acl", "copy", "reencrypt"),
  outcome: fc.constantFrom(...OUTCOMES),
  code: fc.constantFrom("", "AccessDenied", "NoSuchKey"),
  httpStatus: fc.constantFrom(0, 200, 403, 503),
  requestId: text,
  attempts: fc.nat(9),
  at: fc.nat(4_000_000_000).map((s) => s * 1_000 + 1),
  newVersionId: fc.option(text.filter((t) => t !== "").map(versionId)),
  detail: fc.oneof(fc.constant(""), text),
});

test("results come back from their ledger file as they were", async () => {
  let batches = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
      const batch = ref(batches++, rows.length);
      expect(await createLedger(store, batch, rows)).toBe(true);
      expect(await readLedger(store, batch)).toEqual(rows);
      expect(await readLedgerSummary(store, batch)).toEqual(summarize(rows, 0));
    }),
    { numRuns: 60 },
  );
});

test("a thousand failures with a detail each, and one for all, both come back", async () => {
  const failures = (detail: (n: number) => string): ResultRow[] =>
    Array.from({ length: 1_000 }, (_, n) => ({
      key: objectKey(`k${n}`),
      versionId: null,
      op: "acl",
      outcome: "failed",
      code: "AccessDenied",
      httpStatus: 403,
      requestId: `R${n}`,
      attempts: 1,
      at: n,
      newVersionId: null,
      detail: detail(n),
    }));
  const batch = ref(9_999, 1_000);
  for (const [retry, detail] of [(n: number) => `denied for object ${n}`, () => "denied"].entries()) {
    await replaceLedger(store, batch, failures(detail), retry);
    expect(await readLedger(store, batch)).toEqual(failures(detail));
    expect(await readLedgerSummary(store, batch)).toMatchObject({ rows: 1_000, failed: { AccessDenied: 1_000 }, retry });
  }
});

test("a later retry's ledger is never replaced by an earlier one's, nor by one whose writer lost the batch", async () => {
  const rows = (detail: string): ResultRow[] => [
    { ...(fc.sample(row, 1)[0] as ResultRow), outcome: "failed", code: "AccessDenied", detail },
  ];
  const batch = ref(10_000, 1);
  expect(await createLedger(store, batch, rows("first"))).toBe(true);
  expect(await replaceLedger(store, batch, rows("second"), 2)).toBe(true);
  expect(await replaceLedger(store, batch, rows("late"), 1)).toBe(false);
  await expect(replaceLedger(store, batch, rows("lost"), 3, () => Promise.reject(new Error("fenced")))).rejects.toThrow("fenced");
  expect((await readLedger(store, batch))?.map((r) => r.detail)).toEqual(["second"]);
});
