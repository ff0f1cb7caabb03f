// Random snapshots that keep a real one's books, and strings as hostile as object keys may be.
import type { AccountId, AccountProgress, ProgressSnapshot } from "@quitclaim/campaign";
import fc from "fast-check";

/** Keys and names as an uploader may choose them: escapes, bidi, wide characters, emoji sequences, piled marks, lone surrogates. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "\u001b[2J",
        "\u001b]0;x\u0007",
        "\u009b31m",
        "\u202e",
        "\u200d",
        "\ufe0f",
        "素",
        "ﾞ",
        "👩‍🚀",
        "🇩🇪",
        "e\u0301\u0302\u0303\u0304",
        "1\u20e3",
        "\r\n",
        "\t",
        "a b",
        "\ud800",
        "각",
        "ก็",
      ),
      {
        maxLength: 20,
      },
    )
    .map((parts) => parts.join("")),
  fc.constantFrom("", "ingest-eu", "a-name-that-is-much-longer-than-any-column-could-ever-be-on-any-terminal"),
);

const count = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 2_000_000_000 }));
const failures = fc.dictionary(
  fc.oneof(fc.constantFrom("AccessDenied", "KMS.AccessDenied", "InternalError"), hostileText),
  fc.nat({ max: 5_000 }),
  { maxKeys: 6 },
);

const sum = (counts: Record<string, number | undefined>): number =>
  Object.values(counts).reduce<number>((total, one) => total + (one ?? 0), 0);

const account = (place: number): fc.Arbitrary<AccountProgress> =>
  fc
    .record({
      name: hostileText,
      id: fc.oneof(
        fc.constant(String(222200000000 + place)),
        hostileText.map((text) => `${place}${text}`),
      ),
      granted: count,
      changed: fc.nat({ max: 100 }),
      failed: failures,
      remaining: count,
      held: count,
      state: fc.constantFrom("waiting" as const, "running" as const, "throttled" as const, "paused" as const, "finished" as const),
      cause: hostileText,
      rate: fc.double({ min: 0, max: 20_000, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map((one) => {
      const remaining = one.state === "finished" ? 0 : one.remaining;
      const done = { granted: one.granted, changed: one.changed };
      const planned = sum(done) + sum(one.failed) + remaining;
      return {
        account: one.id as AccountId,
        name: one.name,
        planned,
        done,
        failed: one.failed,
        remaining,
        held: one.held,
        state: one.state,
        ...(one.state === "paused" ? { pause: { by: "breaker" as const, cause: one.cause, at: 1_790_000_000_000 } } : {}),
        ratePerSecond: one.rate,
        throttledShare: one.share,
        batchesInFlight: place,
        plannedByOp: { acl: planned },
      };
    });

export const snapshotArbitrary: fc.Arbitrary<ProgressSnapshot> = fc
  .record({
    accounts: fc.integer({ min: 0, max: 25 }).chain((length) => fc.tuple(...Array.from({ length }, (_, place) => account(place)))),
    campaign: hostileText,
    bucket: hostileText,
    banner: fc.option(hostileText, { nil: undefined }),
    state: fc.constantFrom("planned" as const, "running" as const, "paused" as const, "draining" as const),
    history: fc.array(fc.nat({ max: 200_000 }), { maxLength: 600 }),
    hosts: fc.array(hostileText, { maxLength: 5 }),
    redisMs: fc.option(fc.nat({ max: 900 }), { nil: undefined }),
    silentMs: fc.nat({ max: 60_000 }),
    ceiling: fc.integer({ min: 1, max: 50_000 }),
    permitted: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((one) => {
    const failed: Record<string, number> = {};
    for (const { failed: some } of one.accounts) for (const [code, more] of Object.entries(some)) failed[code] = (failed[code] ?? 0) + more;
    const total = (of: (account: AccountProgress) => number): number => one.accounts.reduce((all, account) => all + of(account), 0);
    const at = 1_790_000_100_000;
    return {
      campaign: one.campaign,
      bucket: one.bucket,
      owner: "111122223333" as AccountId,
      state: total((account) => account.remaining) === 0 ? ("finished" as const) : one.state,
      phases: (["check", "plan", "fence", "run", "verify", "preflight", "switch"] as const).map((name, place) => ({
        name,
        state: place < 3 ? ("done" as const) : place === 3 ? ("running" as const) : ("waiting" as const),
      })),
      at,
      planned: total((account) => account.planned),
      done: { granted: total((account) => account.done.granted ?? 0), changed: total((account) => account.done.changed ?? 0) },
      failed,
      remaining: total((account) => account.remaining),
      held: total((account) => account.held),
      ratePerSecond: total((account) => account.ratePerSecond),
      permittedPerSecond: Math.round(one.ceiling * one.permitted),
      ceilingPerSecond: one.ceiling,
      throttledShare: one.permitted,
      history: one.history,
      historySlotSeconds: 30,
      accounts: one.accounts,
      workers: one.hosts.map((host, place) => ({
        id: `${host}/${place}`,
        host,
        pid: place,
        startedAt: at,
        seenAt: at - one.silentMs,
        batchesInFlight: place,
      })),
      ...(one.redisMs === undefined ? {} : { redisMs: one.redisMs }),
      checkpointAgeMs: one.silentMs,
      ...(one.banner === undefined ? {} : { banner: one.banner }),
    };
  });
