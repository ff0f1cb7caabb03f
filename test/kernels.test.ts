// What is compiled is what the sources say: nobody can look into the kernels' bytes, so they are made again and compared.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, KERNELS, type KernelName } from "../script/kernels.ts";

for (const name of Object.keys(KERNELS) as KernelName[]) {
  test(`the ${name} kernel is what its sources say (if not: pnpm kernels)`, async () => {
    const { module } = KERNELS[name];
    const squeezed = (text: string): string => text.replaceAll(/\s+/g, " ");
    expect(squeezed(await readFile(join(import.meta.dirname, "..", module), "utf8"))).toBe(squeezed(await compile(name)));
  });
}
