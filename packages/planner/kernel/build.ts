// Compiles the kernel into src/csv/kernel-bytes.ts, so that nobody who installs or builds quitclaim needs the compiler. After a change in assembly/:
//   pnpm --filter @quitclaim/planner kernel
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = fileURLToPath(new URL("../src/csv/kernel-bytes.ts", import.meta.url));

/** The compiled kernel; the same sources and the same compiler give the same bytes. */
export async function compile(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-kernel-"));
  try {
    const out = join(folder, "kernel.wasm");
    const { error, stderr } = await asc.main([
      join(here, "assembly/scan.ts"),
      "-o",
      out,
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      "--use",
      "abort=",
      "--memoryBase",
      "0",
    ]);
    if (error !== null) throw new Error(`the kernel does not compile:\n${stderr.toString()}`);
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The module that holds it. */
export function moduleOf(bytes: Buffer): string {
  return `// Compiled from packages/planner/kernel by kernel/build.ts. Do not edit.\n\nexport const KERNEL_BYTES =\n  "${bytes.toString("base64")}";\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(target, moduleOf(await compile()));
