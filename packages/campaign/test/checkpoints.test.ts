// Checkpoints against a model: whatever several holders do in whatever order, counters are the bits, and only the holder moves them.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  accountId,
  type BatchHold,
  type BatchRef,
  batchId,
  campaignKeys,
  type LedgerSummary,
  type Outcome,
  objectKey,
  RedisCheckpoints,
  type ResultRow,
  rowsToRetry,
  summarize,
} from "../src/index.ts";
import { splitCounts } from "../src/ledger/entry.ts";
import { AUDIT } from "../src/ledger/scripts/audit.ts";
import { script } from "../src/ledger/scripts/script.ts";
import { startTestRedis, type TestRedis } from "./support/redis.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

const account = accountId("222233334444");
const ref = (rowGroup: number, rows: number): BatchRef => ({ account, part: 0, rowGroup, rows, op: "acl" });
const row = (index: number, outcome: Outcome, code = outcome === "failed" ? "AccessDenied" : ""): ResultRow => ({
  key: objectKey(`dir/ключ ${index}`),
  versionId: null,
  op: "acl",
  outcome,
  code,
  httpStatus: outcome === "failed" ? 403 : 200,
  requestId: `R${index}`,
  attempts: 1,
  at: 1_764_000_000_000 + index,
  newVersionId: null,
  detail: "",
});

let campaigns = 0;
const fresh = (): { name: string; checkpoints: RedisCheckpoints } => {
  const name = `c${++campaigns}`;
  return { name, checkpoints: new RedisCheckpoints(server.campaign(name)) };
};

async function tally(name: string): Promise<{ remaining: number } & Pick<LedgerSummary, "done" | "failed">> {
  const fields = await server.campaign(name).connection("command").hgetall(campaignKeys(name).tally(account));
  return { remaining: Number(fields.remaining ?? 0), ...splitCounts(fields) };
}

test("a second claim takes the batch over with what was noted, and fences the first holder", async () => {
  const { name, checkpoints } = fresh();
  const first = await checkpoints.claim(ref(0, 3), "t1", "w1");
  expect(first.finished.size).toBe(0);
  expect(await first.note([{ index: 1, row: row(1, "granted") }])).toBe("noted");
  const second = await checkpoints.claim(ref(0, 3), "t2", "w2");
  expect([...second.finished]).toEqual([[1, row(1, "granted")]]);
  expect(await first.note([{ index: 2, row: row(2, "granted") }])).toBe("fenced");
  expect(await first.finish()).toBe("fenced");
  expect(await tally(name)).toEqual({ remaining: -1, done: { granted: 1 }, failed: {} });
  expect(await checkpoints.inFlight(account)).toMatchObject([{ batch: batchId(ref(0, 3)), worker: "w2", finished: 1, rows: 3, op: "acl" }]);
});

test("a note that is sent again counts nothing twice, and a finish may be repeated", async () => {
  const { name, checkpoints } = fresh();
  const hold = await checkpoints.claim(ref(0, 2), "t1", "w1");
  const notes = [
    { index: 0, row: row(0, "granted") },
    { index: 1, row: row(1, "failed") },
  ];
  await hold.note(notes);
  await hold.note(notes);
  expect(await tally(name)).toEqual({ remaining: -2, done: { granted: 1 }, failed: { AccessDenied: 1 } });
  expect(await hold.finish()).toBe("finished");
  expect(await hold.finish()).toBe("finished");
  expect(await hold.note(notes)).toBe("fenced");
  expect(await checkpoints.inFlight(account)).toEqual([]);
  expect((await checkpoints.claim(ref(0, 2), "t9", "w9")).settled).toBe(true);
});

test("finishing with rows that nobody noted is refused, unless the ledger file was found", async () => {
  const { name, checkpoints } = fresh();
  const hold = await checkpoints.claim(ref(0, 2), "t1", "w1");
  await hold.note([{ index: 0, row: row(0, "failed") }]);
  await expect(hold.finish()).rejects.toThrow(/1 of 2 rows were noted/);
  expect(await hold.finish({ rows: 2, done: { granted: 2 }, failed: {}, retry: 0 })).toBe("finished");
  expect(await tally(name)).toEqual({ remaining: -2, done: { granted: 2 }, failed: {} });
});

test("a row outside its batch is refused", async () => {
  const { checkpoints } = fresh();
  const hold = await checkpoints.claim(ref(0, 2), "t1", "w1");
  await expect(hold.note([{ index: 2, row: row(2, "granted") }])).rejects.toThrow(/has 2 rows; row 2/);
});

test("a retry moves its failed rows back to remaining exactly once, however often it is claimed", async () => {
  const { name, checkpoints } = fresh();
  const rows = [row(0, "granted"), row(1, "failed", "SlowDown"), row(2, "failed", "AccessDenied"), row(3, "failed", "AccessDenied")];
  const hold = await checkpoints.claim(ref(0, 4), "t1", "w1");
  await hold.note(rows.map((r, index) => ({ index, row: r })));
  await hold.finish();

  const retry = { number: 1, rows, answered: 0, selections: [{ code: "AccessDenied" }] };
  const one = await checkpoints.claim(ref(0, 4), "t2", "w1", retry);
  expect([...one.finished.keys()].sort()).toEqual([0, 1]);
  expect(await tally(name)).toEqual({ remaining: -2, done: { granted: 1 }, failed: { SlowDown: 1 } });
  await one.note([{ index: 2, row: row(2, "granted") }]);

  const two = await checkpoints.claim(ref(0, 4), "t3", "w2", retry);
  expect([...two.finished.keys()].sort()).toEqual([0, 1, 2]);
  expect(two.finished.get(2)?.outcome).toBe("granted");
  expect(await one.note([{ index: 3, row: row(3, "granted") }])).toBe("fenced");
  expect(await two.note([{ index: 3, row: row(3, "failed", "NoSuchBucket") }])).toBe("noted");
  expect(await two.finish()).toBe("finished");
  expect(await tally(name)).toEqual({ remaining: -4, done: { granted: 2 }, failed: { SlowDown: 1, NoSuchBucket: 1 } });

  // A first run's job that comes back late has nothing to do, and a retry that the ledger has answered neither.
  expect((await checkpoints.claim(ref(0, 4), "t4", "w3")).settled).toBe(true);
  expect((await checkpoints.claim(ref(0, 4), "t5", "w3", { ...retry, answered: 1 })).settled).toBe(true);
});

test("a wider retry takes over a narrower one in flight and loses none of its results", async () => {
  const { name, checkpoints } = fresh();
  const rows = [row(0, "failed", "A"), row(1, "failed", "A"), row(2, "failed", "B")];
  const narrow = await checkpoints.claim(ref(0, 3), "t1", "w1", { number: 1, rows, answered: 0, selections: [{ code: "A" }] });
  await narrow.note([{ index: 0, row: row(0, "granted") }]);
  const wide = await checkpoints.claim(ref(0, 3), "t2", "w2", { number: 2, rows, answered: 0, selections: [{}] });
  expect([...wide.finished.keys()]).toEqual([0]);
  expect(await tally(name)).toEqual({ remaining: -1, done: { granted: 1 }, failed: {} });
  await wide.note([1, 2].map((index) => ({ index, row: row(index, "granted") })));
  expect(await wide.finish()).toBe("finished");
  expect(await tally(name)).toEqual({ remaining: -3, done: { granted: 3 }, failed: {} });
});

test("counts, heartbeats and departures are kept by account and worker", async () => {
  const { name, checkpoints } = fresh();
  const keys = campaignKeys(name);
  const redis = server.campaign(name).connection("command");
  checkpoints.count(account, { requests: 3, throttled: 1 });
  checkpoints.count(account, { requests: 2 });
  await checkpoints.seen({ id: "h/1", host: "h", pid: 1, startedAt: 1_764_000_000_123, batchesInFlight: 2 });
  expect(await redis.hgetall(keys.tally(account))).toEqual({ "count:requests": "5", "count:throttled": "1" });
  const seen = JSON.parse((await redis.hget(keys.workers, "h/1")) as string) as { startedAt: number; seenAt: number };
  expect(seen.startedAt).toBe(1_764_000_000_123);
  expect(seen.seenAt).toBeGreaterThan(1_764_000_000_123);
  await checkpoints.gone("h/1");
  expect(await redis.hlen(keys.workers)).toBe(0);
});

test("an unreachable Redis is named with what to do, within a bounded time", async () => {
  const alone = await startTestRedis();
  const checkpoints = new RedisCheckpoints(alone.campaign("x"));
  await checkpoints.claim(ref(0, 1), "t", "w");
  await alone.kill();
  await expect(checkpoints.claim(ref(0, 1), "t", "w")).rejects.toThrow(/does not answer.*Nothing is lost/s);
  await alone.close();
});

// --- the model ---

const ROWS = 6;
const outcomes: readonly Outcome[] = ["granted", "already", "vanished", "failed"];
type Move =
  | { readonly do: "claim"; readonly who: number }
  | { readonly do: "note"; readonly who: number; readonly rows: readonly { index: number; outcome: number }[] }
  | { readonly do: "finish"; readonly who: number }
  | { readonly do: "retry"; readonly who: number };

const who = fc.nat({ max: 3 });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("claim" as const), who }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("note" as const),
      who,
      rows: fc.array(fc.record({ index: fc.nat({ max: ROWS - 1 }), outcome: fc.nat({ max: outcomes.length - 1 }) }), { maxLength: ROWS }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("finish" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retry" as const), who }) },
);

test("for random claims, notes, finishes and retries by four holders, counters are what the model says", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 40 }), async (moves) => {
      const { name, checkpoints } = fresh();
      const redis = server.campaign(name).connection("command");
      const keys = campaignKeys(name);
      await redis.hset(keys.tally(account), { planned: ROWS, remaining: ROWS });
      const batch = ref(7, ROWS);
      const holds = new Map<number, { hold: BatchHold; token: string }>();
      // The model: who holds it, which rows have which result, and the ledger file.
      let fence = "";
      let results = new Map<number, ResultRow>();
      let ledger: { rows: ResultRow[]; retry: number } | undefined;
      let inRetry = 0;
      let token = 0;

      for (const step of moves) {
        const held = holds.get(step.who);
        if (step.do === "claim" || step.do === "retry") {
          const t = `t${++token}`;
          const again = step.do === "retry" && ledger !== undefined ? ledger : undefined;
          if (step.do === "retry" && again === undefined) continue;
          const number = again === undefined ? 0 : again.retry + 1;
          const hold = await checkpoints.claim(
            batch,
            t,
            `w${step.who}`,
            again && { number, rows: again.rows, answered: again.retry, selections: [{}] },
          );
          expect(hold.settled).toBe(again === undefined && ledger !== undefined);
          if (!hold.settled) {
            if (again !== undefined && inRetry !== number) {
              const retried = new Set(rowsToRetry(again.rows, [{}]));
              results = new Map(again.rows.flatMap((r, i) => (retried.has(i) ? [] : [[i, r] as const])));
              inRetry = number;
            }
            fence = t;
            expect(new Map([...hold.finished].sort())).toEqual(new Map([...results].sort()));
            holds.set(step.who, { hold, token: t });
          }
        } else if (held !== undefined && step.do === "note") {
          const notes = step.rows.map(({ index, outcome }) => ({ index, row: row(index, outcomes[outcome] as Outcome) }));
          const mine = held.token === fence;
          expect(await held.hold.note(notes)).toBe(mine ? "noted" : "fenced");
          if (mine) for (const n of notes) if (!results.has(n.index)) results.set(n.index, n.row);
        } else if (held !== undefined && step.do === "finish") {
          if (held.token === fence && results.size < ROWS) {
            await expect(held.hold.finish()).rejects.toThrow(/rows were noted/);
            continue;
          }
          const mine = held.token === fence;
          const answer = await held.hold.finish();
          if (mine) {
            expect(answer).toBe("finished");
            ledger = { rows: [...results].sort(([a], [b]) => a - b).map(([, r]) => r), retry: inRetry };
            fence = "";
          }
        }
        const { done, failed } = summarize([...results.values()], 0);
        expect(await tally(name)).toEqual({ remaining: ROWS - results.size, done, failed });
      }
      // Counting again from the batches finds nothing to mend.
      const audit = script(redis, AUDIT);
      expect(await audit([keys.tally(account), keys.settled(account), keys.inFlight(account)], [ROWS, keys.batch("")])).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
