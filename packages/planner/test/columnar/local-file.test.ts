// A local file that is hashed as it is read: in whatever order its parts are asked for, they are its bytes, and every byte of it goes through the checksum once.
import { createHash, randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LocalFile } from "../../src/columnar/local-file.ts";
import { newRoom } from "../../src/columnar/room.ts";
import { PlanError } from "../../src/error.ts";
import type { DataFileInput } from "../../src/reader/reader.ts";
import { withFolder } from "../fixture/planned.ts";

const LENGTH = 700_000;
const bytes = randomBytes(LENGTH);
const md5 = createHash("md5").update(bytes).digest("hex");
const KEPT_MAX = 400_000;

const inputOf = (changes: object = {}): DataFileInput =>
  ({ file: { key: "data/f", size: LENGTH, md5, ...changes } }) as unknown as DataFileInput;

async function open(folder: string, content: Uint8Array, input = inputOf()): Promise<LocalFile> {
  const path = join(folder, "file");
  await writeFile(path, content);
  return LocalFile.open(input, path, KEPT_MAX);
}

const codeOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof PlanError) return error.code;
    throw error;
  }
  return "nothing wrong";
};

describe("a local file", () => {
  const place = fc.tuple(fc.nat(LENGTH), fc.nat(LENGTH)).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

  test("has its bytes at their places, whatever was begun before, and is found right at the end", async () => {
    await withFolder(async (folder) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.record({ begins: fc.boolean(), place }), { maxLength: 12 }), async (steps) => {
          const file = await open(folder, bytes);
          try {
            for (const { begins, place } of steps) {
              const [start, end] = place;
              if (begins) file.begin(start, end);
              else expect(Buffer.compare(file.read(start, end, newRoom), bytes.subarray(start, end))).toBe(0);
              if (begins) expect(Buffer.compare(file.read(start, end, newRoom), bytes.subarray(start, end))).toBe(0);
            }
            expect(codeOf(() => file.verify())).toBe("nothing wrong");
            expect(file.passed).toBe(LENGTH);
          } finally {
            file.close();
          }
        }),
        { numRuns: 60 },
      );
    });
  });

  test("that was changed anywhere is told, whether or not the place was read", async () => {
    await withFolder(async (folder) => {
      for (const at of [0, 99_999, 100_000, 299_999, 300_000, LENGTH - 1]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ 1;
        const file = await open(folder, changed);
        file.begin(100_000, 300_000);
        expect(
          codeOf(() => file.verify()),
          `byte ${at}`,
        ).toBe("data-file-md5");
        file.close();
      }
    });
  });

  test("of another size is refused before it is read, and where it shrinks or grows meanwhile, afterwards", async () => {
    await withFolder(async (folder) => {
      await expect(open(folder, bytes, inputOf({ size: LENGTH - 1 }))).rejects.toThrow(/has 700000 bytes, its manifest says 699999/);
      const shrinking = await open(folder, bytes);
      await truncate(join(folder, "file"), 500_000);
      expect(codeOf(() => shrinking.begin(400_000, 600_000))).toBe("data-file-size");
      shrinking.close();
      const growing = await open(folder, bytes);
      await writeFile(join(folder, "file"), Buffer.concat([bytes, Buffer.alloc(1)]));
      expect(codeOf(() => growing.verify())).toBe("data-file-size");
      growing.close();
    });
  });
});
