// campaign.yaml in, CampaignConfig out; or every problem at once, each with its line and what to write instead.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { z } from "zod";
import { buildConfig } from "./build.ts";
import { crossCheck } from "./cross-checks.ts";
import { readSource, type Source } from "./document.ts";
import type { CampaignConfig } from "./model.ts";
import { ConfigError, type ConfigProblem, type Path, pathText } from "./problem.ts";
import { campaignSchema, type Dialect, knownKeys } from "./schema.ts";
import { findSecrets } from "./secrets.ts";
import { suggest } from "./suggest.ts";

/** Throws ConfigError with all problems. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): CampaignConfig {
  return parseConfig(readText(file), file, env);
}

/** loadConfig for text that is in memory; `file` names it in problems, and paths in it are relative to that file. */
export function parseConfig(text: string, file: string, env: NodeJS.ProcessEnv): CampaignConfig {
  const source = readSource(text, env);
  const found: Found[] = [...source.problems];
  const value = source.value;
  if (value === undefined) throw problems(file, found);

  for (const secret of findSecrets(source.written)) found.push({ ...secret, line: source.line(secret.path) });
  const dialect: Dialect = (value.bucket as { dialect?: unknown } | null | undefined)?.dialect === "rgw" ? "rgw" : "aws";
  const parsed = campaignSchema(dialect).safeParse(value);
  if (!parsed.success) found.push(...parsed.error.issues.flatMap((issue) => explain(issue, source, value)));
  for (const { path, text: what } of crossCheck(value)) found.push({ path, line: source.line(path), text: what });
  if (found.length > 0 || !parsed.success) throw problems(file, found);
  return buildConfig(parsed.data, resolve(file), dialect, (i) => source.line(["actions", "rules", i]));
}

interface Found {
  readonly path: Path;
  readonly line: number;
  readonly text: string;
}

function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const text =
      code === "ENOENT"
        ? "there is no such file; `quitclaim init FILE` writes a commented one, or name another with --config FILE"
        : code === "EISDIR"
          ? "is a folder; name the campaign file in it"
          : code === "ERR_ENCODING_INVALID_ENCODED_DATA"
            ? "is not UTF-8 text; save it as UTF-8 (UTF-16, as some editors on Windows write it, is not)"
            : `cannot be read (${String(code ?? error)})`;
    throw new ConfigError([{ file, line: 0, path: "", text }]);
  }
}

/** Sorted by line; of several about one value only the first, which is the most exact. */
function problems(file: string, found: readonly Found[]): ConfigError {
  const kept = new Map<string, ConfigProblem>();
  for (const { path, line, text } of found) {
    const at = pathText(path);
    const key = at === "" ? `${line} ${text}` : at;
    if (!kept.has(key)) kept.set(key, { file, line, path: at, text });
  }
  return new ConfigError([...kept.values()].sort((a, b) => a.line - b.line));
}

function explain(issue: z.core.$ZodIssue, source: Source, value: unknown): Found[] {
  const path = ofDocument(issue.path, source);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const at = [...path, key];
      const meant = suggest(key, knownKeys(path));
      const hint = meant === undefined ? `known here: ${knownKeys(path).join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
      return { path: at, line: source.keyLine(at), text: `unknown key; ${hint}` };
    });
  const given = valueAt(value, path);
  const shown = given === undefined || given === null || typeof given === "object" ? "" : `, not ${source.show(path, given)}`;
  const meant = typeof given === "string" && issue.code === "invalid_value" ? suggest(given, issue.values.map(String)) : undefined;
  return [{ path, line: source.line(path), text: `${issue.message}${shown}${meant === undefined ? "" : `; did you mean ${meant}?`}` }];
}

/** A single value where a list may stand is one entry for zod, but has no index in the file. */
function ofDocument(path: readonly PropertyKey[], source: Source): Path {
  const all = path.map((part) => (typeof part === "number" ? part : String(part)));
  for (let length = 1; length < all.length; length++) if (source.isScalar(all.slice(0, length))) return all.slice(0, length);
  return all;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[part] : undefined),
    root,
  );
}
