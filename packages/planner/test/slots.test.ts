// Memory that chunks share: nobody has what another has, and what was given back is had again, first of all.
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { CHUNK_BYTES, CHUNKS_UNDER_WAY_MAX } from "../src/limits.ts";
import { Slots } from "../src/scan/slots.ts";

const COUNT = 3 * (CHUNKS_UNDER_WAY_MAX + 1) + 2 + 2;
const made = (): Slots => Slots.for(3, 2 * CHUNK_BYTES);

describe("slots", () => {
  test("are each had once, and memory of its own is given beyond them", () => {
    const slots = made();
    const claimed = Array.from({ length: COUNT }, () => slots.claim());
    expect(claimed.every(({ buffer, length }) => buffer === slots.memory && length === CHUNK_BYTES)).toBe(true);
    expect(new Set(claimed.map(({ byteOffset }) => byteOffset)).size).toBe(COUNT);
    const beyond = slots.claim();
    expect(beyond.buffer).not.toBe(slots.memory);
    expect(beyond.length).toBe(CHUNK_BYTES);
    slots.release(beyond);
    expect(slots.claim().buffer).not.toBe(slots.memory);
  });

  test("that were given back are had again, by whatever part of them", () => {
    const slots = made();
    const claimed = Array.from({ length: COUNT }, () => slots.claim());
    slots.release((claimed[7] as Uint8Array).subarray(0, 40));
    slots.release((claimed[2] as Uint8Array).subarray(0, 0));
    expect(slots.claim().byteOffset).toBe(claimed[2]?.byteOffset);
    expect(slots.claim().byteOffset).toBe(claimed[7]?.byteOffset);
  });

  test("are given back by the thread that they were sent to", async () => {
    const slots = made();
    const script = `
      const { workerData, parentPort } = require("node:worker_threads");
      import(workerData.module).then(({ Slots }) => {
        const slots = new Slots(workerData.memory);
        for (let i = 0; i < workerData.count; i++) parentPort.postMessage(slots.claim().subarray(0, i + 1));
      });`;
    const worker = new Worker(script, {
      eval: true,
      execArgv: ["--conditions=development"],
      workerData: { module: new URL("../src/scan/slots.ts", import.meta.url).href, memory: slots.memory, count: COUNT },
    });
    const sent: Uint8Array[] = [];
    worker.on("message", (bytes: Uint8Array) => sent.push(bytes));
    await new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject));
    expect(sent.map(({ length }) => length)).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    expect(slots.claim().buffer).not.toBe(slots.memory);
    for (const bytes of sent) slots.release(bytes);
    expect(Array.from({ length: COUNT }, () => slots.claim()).every(({ buffer }) => buffer === slots.memory)).toBe(true);
  });

  test("are had by one thread of several at a time", async () => {
    const slots = made();
    const script = `
      const { workerData, parentPort } = require("node:worker_threads");
      import(workerData.module).then(({ Slots }) => {
        const slots = new Slots(workerData.memory);
        let torn = 0;
        for (let round = 0; round < 20_000; round++) {
          const bytes = slots.claim();
          if (bytes.buffer !== workerData.memory) continue;
          bytes[0] = workerData.number;
          bytes[1] = workerData.number;
          if (bytes[0] !== workerData.number || bytes[1] !== workerData.number) torn++;
          slots.release(bytes);
        }
        parentPort.postMessage(torn);
      });`;
    const torn = await Promise.all(
      [1, 2, 3].map(
        (number) =>
          new Promise<number>((resolve, reject) => {
            const worker = new Worker(script, {
              eval: true,
              execArgv: ["--conditions=development"],
              workerData: { module: new URL("../src/scan/slots.ts", import.meta.url).href, memory: slots.memory, number },
            });
            worker.once("message", resolve).once("error", reject);
          }),
      ),
    );
    expect(torn).toEqual([0, 0, 0]);
    expect(Array.from({ length: COUNT }, () => slots.claim()).every(({ buffer }) => buffer === slots.memory)).toBe(true);
  });
});
