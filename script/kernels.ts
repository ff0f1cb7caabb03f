// Compiles the WebAssembly kernels (AssemblyScript, in packages/*/kernel/assembly) into modules beside the code that uses them, so that nobody who installs or
// builds quitclaim needs the compiler. After a change there: node script/kernels.ts
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Source and module of each kernel, from the repository's root. */
export const KERNELS = {
  scan: { source: "packages/planner/kernel/assembly/scan.ts", module: "packages/planner/src/csv/kernel-bytes.ts" },
  unsnap: { source: "packages/planner/kernel/assembly/unsnap.ts", module: "packages/planner/src/columnar/unsnap-bytes.ts" },
  stretch: { source: "packages/planner/kernel/assembly/stretch.ts", module: "packages/planner/src/columnar/stretch-bytes.ts" },
  merge: { source: "packages/planner/kernel/assembly/merge.ts", module: "packages/planner/src/dataset/merge-bytes.ts" },
  inflate: { source: "packages/planner/kernel/assembly/inflate.ts", module: "packages/planner/src/orc/inflate-bytes.ts" },
  snappy: { source: "packages/campaign/kernel/assembly/snappy.ts", module: "packages/campaign/src/parquet/snappy-bytes.ts" },
} as const;
export type KernelName = keyof typeof KERNELS;

/** The module as it should be; the same sources and the same compiler give the same text. */
export async function compile(name: KernelName): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-kernel-"));
  try {
    const { source } = KERNELS[name];
    const out = join(folder, "kernel.wasm");
    const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort=", "--memoryBase", "0"];
    const { error, stderr } = await asc.main([join(root, source), "-o", out, ...options]);
    if (error !== null) throw new Error(`${source} does not compile:\n${stderr.toString()}`);
    const bytes = (await readFile(out)).toString("base64");
    return `// Compiled from ${source} by script/kernels.ts. Do not edit.\n\nexport const KERNEL_BYTES =\n  "${bytes}";\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(KERNELS) as KernelName[]) await writeFile(join(root, KERNELS[name].module), await compile(name));
}
