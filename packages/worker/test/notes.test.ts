// Finished rows on their way to Redis, and the word that the fence is still ours.
import { objectKey, type ResultRow } from "@quitclaim/campaign";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FENCE_CONFIRMED_MS_MAX, NOTE_INTERVAL_MS, NOTE_RETRY_MS_MAX } from "../src/limits.ts";
import { Notes } from "../src/notes.ts";
import { Stopped } from "../src/stopped.ts";

const row = (key: string): ResultRow => ({
  key: objectKey(key),
  versionId: null,
  op: "acl",
  outcome: "granted",
  code: "",
  httpStatus: 200,
  requestId: "",
  attempts: 1,
  at: 0,
  newVersionId: null,
  detail: "",
});

describe("noting finished rows", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function scene() {
    const noted: string[] = [];
    const state = { answer: "noted" as "noted" | "fenced" | "unreachable", lost: [] as string[] };
    const hold = {
      note: async (results: readonly { index: number; row: ResultRow }[]) => {
        if (state.answer === "unreachable") throw new Error("no Redis");
        if (state.answer === "noted") noted.push(...results.map((r) => r.row.key));
        return state.answer;
      },
    };
    const notes = new Notes(hold, (why) => state.lost.push(why));
    notes.start();
    return { notes, noted, state };
  }

  it("notes what is finished within a quarter of a second", async () => {
    const { notes, noted } = scene();
    notes.add(0, row("a"));
    await vi.advanceTimersByTimeAsync(NOTE_INTERVAL_MS);
    notes.add(1, row("b"));
    await vi.advanceTimersByTimeAsync(NOTE_INTERVAL_MS);
    expect(noted).toEqual(["a", "b"]);
    expect(NOTE_INTERVAL_MS).toBeLessThan(250);
    notes.close();
  });

  it("keeps the fence confirmed while nothing finishes", async () => {
    const { notes } = scene();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(notes.fresh).toBe(true);
    notes.close();
  });

  it("lets nothing be sent while Redis does not answer, and goes on when it does, with every result noted once", async () => {
    const { notes, noted, state } = scene();
    state.answer = "unreachable";
    notes.add(0, row("a"));
    await vi.advanceTimersByTimeAsync(FENCE_CONFIRMED_MS_MAX + NOTE_INTERVAL_MS);
    expect(notes.fresh).toBe(false);
    let sent = false;
    void notes.confirmed().then(() => {
      sent = true;
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toBe(false);
    state.answer = "noted";
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toBe(true);
    expect(noted).toEqual(["a"]);
    notes.close();
  });

  it("gives the batch up when Redis has not answered for as long as a lock lives", async () => {
    const { notes, state } = scene();
    state.answer = "unreachable";
    await vi.advanceTimersByTimeAsync(NOTE_RETRY_MS_MAX + 1_000);
    expect(state.lost).toEqual(["redis-unreachable"]);
    await expect(notes.confirmed()).rejects.toBeInstanceOf(Stopped);
  });

  it("stops whoever waits, once, when another worker holds the batch", async () => {
    const { notes, noted, state } = scene();
    state.answer = "fenced";
    notes.add(0, row("a"));
    await vi.advanceTimersByTimeAsync(NOTE_INTERVAL_MS);
    expect(state.lost).toEqual(["fenced"]);
    expect(notes.fresh).toBe(false);
    expect(await notes.flush()).toBe(false);
    expect(noted).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.lost).toHaveLength(1);
  });

  it("asks at once after the process was stopped, and does not take an answer from before the stop for fresh", async () => {
    const { notes, state } = scene();
    await vi.advanceTimersByTimeAsync(NOTE_INTERVAL_MS);
    vi.setSystemTime(Date.now() + 90_000);
    expect(notes.fresh).toBe(false);
    state.answer = "fenced";
    await expect(notes.confirmed()).rejects.toBeInstanceOf(Stopped);
  });
});
