// campaign.yaml in, CampaignConfig out; or every problem at once, each with its line and what to write instead.
import type { CampaignConfig } from "./model.ts";

export interface ConfigProblem {
  /** As given to loadConfig. */
  readonly file: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  /** e.g. `accounts[1].role`; "" for the file as a whole. */
  readonly path: string;
  /** What is wrong and what to write instead. */
  readonly text: string;
}

/** One line for each problem: `campaign.yaml:12: accounts[1].rol: unknown key; did you mean "role"?` */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((p) => `${p.file}${p.line > 0 ? `:${p.line}` : ""}: ${p.path === "" ? "" : `${p.path}: `}${p.text}`).join("\n"));
    this.problems = problems;
  }
}

/** Throws ConfigError with all problems. */
export declare function loadConfig(file: string, env?: NodeJS.ProcessEnv): CampaignConfig;
/** The commented file that `init` writes; loads without a problem. */
export declare function templateConfig(): string;
