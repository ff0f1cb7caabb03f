// A report in a local folder. Keys in the manifest are relative to the destination bucket's root, so that root has to be found first.
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { PlanError } from "../error.ts";
import { assertPlainKey, type DataLocation, type ReportSource } from "./source.ts";

const missing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");

/** Files looked at before a folder is judged not to be the root: one of them may be missing, and that is another error. */
const TRIED_MAX = 5;

export function localSource(manifest: string, root: string | undefined): ReportSource {
  return {
    manifest,
    async readBeside(name) {
      try {
        return await readFile(name === "manifest.json" ? manifest : join(dirname(manifest), name));
      } catch (error) {
        if (missing(error)) return undefined;
        if (error instanceof Error && "code" in error && error.code === "EISDIR" && name === "manifest.json") {
          const wanted = "inventory.manifest must name the manifest.json of one report, e.g. …/2026-10-04T01-00Z/manifest.json.";
          throw new PlanError("manifest-missing", `${manifest} is a folder: ${wanted}`, { cause: error });
        }
        const reason = error instanceof Error ? error.message : String(error);
        throw new PlanError("manifest-missing", `Cannot read ${name} of the report ${manifest}: ${reason}`, { cause: error });
      }
    },
    async locate(keys) {
      for (const key of keys) assertPlainKey(key, manifest);
      const base = root === undefined ? await findRoot(manifest, keys) : resolve(root);
      return keys.map((key): DataLocation => ({ kind: "local", path: join(base, key) }));
    },
  };
}

/** The nearest folder above the manifest in which one of the data files exists; failing that, the one whose layout agrees with the keys. */
async function findRoot(manifest: string, keys: readonly string[]): Promise<string> {
  const first = keys[0];
  if (first === undefined) return dirname(manifest);
  const parents: string[] = [];
  for (let folder = dirname(manifest); ; folder = dirname(folder)) {
    parents.push(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of parents) {
    for (const key of keys.slice(0, TRIED_MAX)) if (await isFile(join(folder, key))) return folder;
  }
  // <prefix>/<bucket>/<config>/<time>/manifest.json beside <prefix>/<bucket>/<config>/data/<uuid>
  const configuration = dirname(dirname(first));
  for (const folder of parents) {
    if (
      relative(folder, dirname(dirname(manifest)))
        .split(sep)
        .join("/") === configuration
    )
      return folder;
  }
  throw new PlanError(
    "data-file-missing",
    `None of the data files of ${manifest} lies in a folder above it (the first is ${first}). ` +
      "Set inventory.root to the folder that stands for the root of the inventory's destination bucket.",
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (missing(error)) return false;
    throw error;
  }
}
