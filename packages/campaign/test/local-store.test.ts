// A campaign folder where no folder can be made: the operator is told, at once.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLocalStore, StoreError } from "../src/index.ts";

const bytes = new TextEncoder().encode("x");

test("a blob's folders are made, however many, by as many writers at once as like", async () => {
  const folder = await mkdtemp(join(tmpdir(), "local-store-"));
  try {
    const store = await openLocalStore(join(folder, "a/b"));
    const paths = Array.from({ length: 32 }, (_, i) => `c/d/e/${i % 2}/${i}`);
    await Promise.all(paths.map((path) => store.write(path, bytes)));
    const listed: string[] = [];
    for await (const path of store.list("")) listed.push(path);
    expect(listed.sort()).toEqual(paths.sort());
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a folder that has a file's name is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "local-store-"));
  try {
    await writeFile(join(folder, "file"), "");
    for (const place of ["file", "file/below"]) {
      const store = await openLocalStore(join(folder, place));
      await expect(store.write("plan/x", bytes)).rejects.toThrow(/cannot write plan\/x .*(EEXIST|ENOTDIR)/);
      await expect(store.create("plan/x", bytes)).rejects.toThrow(StoreError);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

// Such a file system has its folders, and answers that there is nothing to make one in; so do automounters. node's own recursive mkdir tries for ever.
test.runIf(process.platform === "linux")(
  "a file system in which nobody can make a folder is refused, not tried for ever",
  async () => {
    const store = await openLocalStore("/proc/quitclaim/campaign");
    await expect(store.write("plan/x", bytes)).rejects.toThrow(
      "cannot write plan/x in the folder /proc/quitclaim/campaign: ENOENT. The folder is not there",
    );
  },
  10_000,
);
