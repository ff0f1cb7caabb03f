// Campaigns under kills, freezes, storms and a full disk, from fixed seeds; `script/chaos --minutes N` goes on with others.
// CHAOS_SEED=N plays that one alone.
import { describe, expect, it } from "vitest";
import { playRound } from "./chaos/round.ts";
import { drawSchedule, KINDS } from "./chaos/schedule.ts";

/** Between them they have every kind of misfortune. The first is a large one. */
const SEEDS = process.env.CHAOS_SEED === undefined ? [6, 133] : [Number(process.env.CHAOS_SEED)];
const OBJECTS = [10_000, 4_000] as const;
const MISFORTUNES = 9;

describe("a campaign in chaos", () => {
  it.each(SEEDS.map((seed, i) => ({ seed, objects: OBJECTS[i] ?? OBJECTS[0] })))(
    "keeps every law, seed $seed",
    { timeout: 600_000 },
    async ({ seed, objects }) => {
      const round = await playRound({
        seed,
        objects,
        misfortunes: MISFORTUNES,
        requestsPerSecond: objects / 10,
        lockMs: 3_000,
        secondsMax: 400,
      });
      console.info(`chaos seed ${seed}: ${round.judgement.rows} objects under ${round.struck.join(", ")}`);
      if (round.missed.length > 0)
        console.warn(`chaos seed ${seed} MISSED (no root, or the campaign was faster): ${round.missed.join(", ")}`);
      expect(round.broken, `CHAOS_SEED=${seed} plays it again; everything was left in ${round.folder}`).toEqual([]);
      expect(round.judgement.rows).toBeGreaterThan(objects / 3);
    },
  );
});

describe("a schedule", () => {
  it("is the same for the same seed", () => {
    expect(drawSchedule(7, 20)).toEqual(drawSchedule(7, 20));
    expect(drawSchedule(7, 20)).not.toEqual(drawSchedule(8, 20));
  });

  it("has every kind of misfortune before any comes twice", () => {
    const kinds = drawSchedule(3, KINDS.length).map((m) => m.kind);
    expect(new Set(kinds).size).toBe(KINDS.length);
  });
});
