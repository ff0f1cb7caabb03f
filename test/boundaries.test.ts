// Arrows point down only (design.md 2): who may import whom, read from the imports that are really there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const PACKAGES = join(import.meta.dirname, "../packages");

const MAY_IMPORT: Record<string, readonly string[]> = {
  campaign: [],
  aws: [],
  sandbox: [],
  planner: ["campaign", "aws"],
  worker: ["campaign", "aws"],
  cutover: ["campaign", "aws"],
  tui: ["campaign"],
  cli: ["campaign", "aws", "planner", "worker", "cutover", "tui", "sandbox"],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name));
}

function imported(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((m) => m[1] as string);
}

describe("the rooms of the house", () => {
  it("are exactly those that the rules name", () => {
    expect(readdirSync(PACKAGES).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  for (const [name, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${name} imports ${allowed.length === 0 ? "no other room" : `only ${allowed.join(", ")}`}, and only what its package.json declares`, () => {
      const manifest = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8")) as { dependencies?: Record<string, string> };
      const declared = Object.keys(manifest.dependencies ?? {});
      for (const file of sources(join(PACKAGES, name, "src"))) {
        for (const from of imported(file)) {
          if (from.startsWith(".") || from.startsWith("node:")) continue;
          const dependency = from
            .split("/")
            .slice(0, from.startsWith("@") ? 2 : 1)
            .join("/");
          expect(declared, `${file} imports ${from}`).toContain(dependency);
          const room = /^@quitclaim\/(.+)$/.exec(dependency)?.[1];
          if (room !== undefined) expect(allowed, `${file} imports ${from}`).toContain(room);
        }
      }
    });
  }

  it("reach the sandbox only for the rehearsal: the judge must not share a mistake with the accused", () => {
    const users = sources(join(PACKAGES, "cli/src")).filter((file) => imported(file).includes("@quitclaim/sandbox"));
    expect(users.map((f) => f.slice(PACKAGES.length + 1))).toEqual(["cli/src/program.ts"]);
  });
});
