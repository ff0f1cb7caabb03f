// What is wrong with a campaign file: always all of it at once, each with its line, its path, and what to write instead.

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

/** A place in the document: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** `accounts[1].role` */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");
