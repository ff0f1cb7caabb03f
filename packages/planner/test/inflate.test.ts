// What inflates comes out whole however the bytes came in, and the memory that it gives back is its own.
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { inflate } from "../src/csv/inflate.ts";
import type { DataFile } from "../src/source/manifest.ts";

const FILE = { key: "data/0.csv.gz" } as DataFile;

test.each([5, 100, 1_000])("a small file whose bytes come by %i at a time, while its reader waits, is read to its end", async (step) => {
  const text = Buffer.from(randomBytes(2_000).toString("hex"));
  const stored = gzipSync(text);
  let allCame = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    allCame = resolve;
  });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < stored.length; at += step) yield stored.subarray(at, at + step);
    allCame();
  }
  const read: Buffer[] = [];
  for await (const piece of inflate({ bytes: pieces(), drain: async () => undefined, length: stored.length }, FILE)) {
    read.push(Buffer.from(piece));
    await came;
  }
  expect(Buffer.concat(read).equals(text)).toBe(true);
});
