// Chunks that come before their turn: in memory up to the limit, on disk beyond it, and always back in order and whole.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import { accountId } from "@quitclaim/campaign";
import { describe, expect, test } from "vitest";
import { PlanError } from "../src/error.ts";
import { CHUNK_BYTES } from "../src/limits.ts";
import type { FileResult } from "../src/scan/messages.ts";
import type { Chunk } from "../src/scan/pack.ts";
import type { Shape } from "../src/scan/shape.ts";
import { Slots } from "../src/scan/slots.ts";
import { emptyTally } from "../src/scan/tally.ts";
import { FileQueue, WaitingRoom } from "../src/scan/waiting.ts";
import { withFolder } from "./fixture/planned.ts";

const shape = (n: number): Shape => ({
  lane: { kind: "planned", account: accountId("222233334444"), op: "acl" },
  storageClass: `class ${n}`,
  encryption: "",
  owner: "é",
  grants: null,
  formerAcl: null,
});
const chunk = (n: number): Chunk => ({
  records: new Uint8Array(48).fill(n),
  rows: n,
  shapes: [shape(n)],
  shapeBytes: 16,
});
const slots = Slots.for(1);
const nothing = (): void => undefined;
const result: FileResult = { tally: emptyTally(), rows: 0, notes: [], witnessed: [] };

async function drained(queue: FileQueue): Promise<number[]> {
  const rows: number[] = [];
  queue.begin();
  for (let next = await queue.next(); next !== undefined; next = await queue.next()) {
    expect([...next.records]).toEqual(Array(48).fill(next.rows));
    expect(next.shapes).toEqual([shape(next.rows)]);
    rows.push(next.rows);
  }
  return rows;
}

describe("waiting chunks", () => {
  test.each([0, 1, 9])("come back in order with memory for %i chunks", async (chunks) => {
    const room = new WaitingRoom(slots, nothing, chunks * (CHUNK_BYTES + 16));
    try {
      const queue = new FileQueue(room);
      let taken = 0;
      for (let n = 1; n <= 9; n++) queue.push(chunk(n), () => taken++);
      queue.finish(result);
      expect(await drained(queue)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(taken).toBe(9);
      const each = 48 + serialize([shape(1)]).length;
      expect(room.spilled).toBe((9 - chunks) * each);
    } finally {
      await room.close();
    }
  });
  test("of the file whose turn it is are given back only when they are taken, so that its thread waits", async () => {
    const queue = new FileQueue(new WaitingRoom(slots, nothing));
    queue.begin();
    let taken = 0;
    queue.push(chunk(1), () => taken++);
    expect(taken).toBe(0);
    await queue.next();
    expect(taken).toBe(1);
  });
  test("an error reaches whoever waits, and whoever comes later", async () => {
    const queue = new FileQueue(new WaitingRoom(slots, nothing));
    const waiting = queue.next();
    queue.fail(new Error("no more"));
    await expect(waiting).rejects.toThrow("no more");
    await expect(queue.next()).rejects.toThrow("no more");
  });
  test("have no name on the disk, so that a planner that is killed leaves none", async () => {
    await withFolder(async (folder) => {
      await withTemporary(folder, async () => {
        const room = new WaitingRoom(slots, nothing, 0);
        const queue = new FileQueue(room);
        queue.push(chunk(1), nothing);
        queue.finish(result);
        expect(await drained(queue)).toEqual([1]);
        expect(readdirSync(folder)).toEqual([]);
        await room.close();
      });
    });
  });
  test("for which there is no temporary folder are told of at once, whichever file's turn it is", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "a file");
      writeFileSync(file, "");
      await withTemporary(file, async () => {
        const room = new WaitingRoom(slots, (error) => atWork.fail(error), 0);
        const atWork = new FileQueue(room);
        const later = new FileQueue(room);
        atWork.begin();
        later.push(chunk(1), nothing);
        await expect(atWork.next()).rejects.toThrow(/temporary folder .*a file: ENOTDIR.*TMPDIR/);
        await room.close();
      });
    });
  });
  test("for which there is no temporary folder end the plan with its name and TMPDIR", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "a file");
      writeFileSync(file, "");
      await withTemporary(file, async () => {
        const room = new WaitingRoom(slots, nothing, 0);
        const queue = new FileQueue(room);
        queue.push(chunk(1), nothing);
        await expect(drained(queue)).rejects.toThrow(/temporary folder .*a file: ENOTDIR.*TMPDIR/);
        await room.close();
      });
    });
  });
  test("for which the temporary disk is too small end the plan with its name and TMPDIR", async (context) => {
    await withFolder(async (folder) => {
      const disk = join(folder, "disk");
      mkdirSync(disk);
      if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=0700", "none", disk], { stdio: "ignore" }).status !== 0) {
        console.warn("SKIPPED: only root can mount a disk that is small enough to be filled");
        return context.skip();
      }
      try {
        await withTemporary(disk, async () => {
          const room = new WaitingRoom(slots, nothing, 0);
          const queue = new FileQueue(room);
          // More than the disk has, and no multiple of its pages: the write that fills it is a short one.
          const bytes = 50_001;
          for (let n = 1; n <= 2; n++) queue.push({ records: new Uint8Array(bytes), rows: n, shapes: [], shapeBytes: 0 }, nothing);
          queue.begin();
          expect((await queue.next())?.rows).toBe(1);
          const failed: unknown = await queue.next().catch((error: unknown) => error);
          expect(failed).toBeInstanceOf(PlanError);
          expect(failed).toMatchObject({ code: "temporary-space", message: expect.stringMatching(/disk: ENOSPC.*TMPDIR/) });
          await room.close();
        });
      } finally {
        execFileSync("umount", ["-l", disk]);
      }
    });
  });
});

/** With another folder for temporary files; tests of one file run one after the other. */
async function withTemporary(folder: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  expect(tmpdir()).toBe(folder);
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
