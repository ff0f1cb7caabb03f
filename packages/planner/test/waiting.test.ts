// Chunks that come before their turn: in memory up to the limit, on disk beyond it, and always back in order and whole.
import { describe, expect, test } from "vitest";
import type { FileResult } from "../src/scan/messages.ts";
import type { Chunk } from "../src/scan/pack.ts";
import { emptyTally } from "../src/scan/tally.ts";
import { FileQueue, WaitingRoom } from "../src/scan/waiting.ts";

const chunk = (n: number): Chunk => ({ records: new Uint8Array(64).fill(n).buffer, length: 48, rows: n, shapes: [] });
const result: FileResult = { tally: emptyTally(), rows: 0, notes: [], witnessed: [] };

async function drained(queue: FileQueue): Promise<number[]> {
  const rows: number[] = [];
  queue.begin();
  for (let next = await queue.next(); next !== undefined; next = await queue.next()) {
    expect([...new Uint8Array(next.records, 0, next.length)]).toEqual(Array(48).fill(next.rows));
    rows.push(next.rows);
  }
  return rows;
}

describe("waiting chunks", () => {
  test.each([0, 100, 10_000])("come back in order with %i bytes of memory", async (memory) => {
    const room = new WaitingRoom(memory);
    try {
      const queue = new FileQueue(room);
      let taken = 0;
      for (let n = 1; n <= 9; n++) queue.push(chunk(n), () => taken++);
      queue.finish(result);
      expect(await drained(queue)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(taken).toBe(9);
      expect(room.spilled).toBe(memory === 0 ? 9 * 48 : memory === 100 ? 8 * 48 : 0);
    } finally {
      await room.close();
    }
  });
  test("of the file whose turn it is are given back only when they are taken, so that its thread waits", async () => {
    const queue = new FileQueue(new WaitingRoom());
    queue.begin();
    let taken = 0;
    queue.push(chunk(1), () => taken++);
    expect(taken).toBe(0);
    await queue.next();
    expect(taken).toBe(1);
  });
  test("an error reaches whoever waits, and whoever comes later", async () => {
    const queue = new FileQueue(new WaitingRoom());
    const waiting = queue.next();
    queue.fail(new Error("no more"));
    await expect(waiting).rejects.toThrow("no more");
    await expect(queue.next()).rejects.toThrow("no more");
  });
});
