// The campaign file as a YAML document: its values as plain data, and the line of every one of them.
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLParseError } from "yaml";
import type { Path } from "./problem.ts";

export interface SourceProblem {
  readonly path: Path;
  readonly line: number;
  readonly text: string;
}

export interface Source {
  /** Plain data as it was written. */
  readonly written: unknown;
  /** Plain data, `from-env:NAME` replaced by the variable's value. undefined where the file is no YAML mapping. */
  readonly value: Record<string, unknown> | undefined;
  readonly problems: readonly SourceProblem[];
  /** Line of the value at a path, or of the nearest thing above it that exists. */
  line(path: Path): number;
  /** Line of a key. */
  keyLine(path: Path): number;
  /** Whether the value at a path is a scalar, so that nothing can lie below it. */
  isScalar(path: Path): boolean;
  /** Text for messages: `"abc"`, or `the value of NAME` where it came from the environment and may be secret. */
  show(path: Path, value: unknown): string;
}

const REFERENCE = /^from-env:(.*)$/;
/** Variables' names stay references here: the values are fetched when something is signed. */
const KEPT_BY_NAME = new Set(["accessKeyId", "secretAccessKey", "sessionToken"]);

export function readSource(text: string, env: NodeJS.ProcessEnv): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, prettyErrors: false });
  const problems: SourceProblem[] = [];
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 0 : lines.linePos(offset).line);
  // After the first, the parser only stumbles over the pieces.
  const broken = document.errors[0];
  if (broken !== undefined) problems.push({ path: [], line: lineAt(broken.pos[0]), text: `not valid YAML: ${yamlAdvice(broken)}` });

  const written: unknown = document.errors.length > 0 ? undefined : document.toJS();
  const fromEnv = new Map<string, string>();
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === "key") return;
      // 222233334444 without quotes is an account number, not a quantity, and may begin with zeros.
      if (typeof node.value === "number" && /^\d{12}$/.test(node.source ?? "")) node.value = node.source;
      if (typeof node.value !== "string") return;
      const match = REFERENCE.exec(node.value);
      if (match === null) return;
      const path = pathOf(ancestors, key);
      const name = match[1] as string;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        problems.push({
          path,
          line: lineAt(node.range?.[0]),
          text: `from-env: wants the name of an environment variable, e.g. from-env:QC_EXTERNAL_ID`,
        });
        return;
      }
      if (env[name] === undefined || env[name] === "") {
        problems.push({
          path,
          line: lineAt(node.range?.[0]),
          text: `the environment variable ${name} is not set; export it before you start quitclaim`,
        });
        return;
      }
      fromEnv.set(JSON.stringify(path), name);
      if (!KEPT_BY_NAME.has(String(path.at(-1)))) node.value = env[name];
    },
  });

  const nodeAt = (path: Path): unknown => (path.length === 0 ? document.contents : document.getIn(path, true));
  const line = (path: Path): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = nodeAt(path.slice(0, length));
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return 0;
  };
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (document.errors.length === 0 && (typeof value !== "object" || value === null || Array.isArray(value)))
    problems.push({ path: [], line: 0, text: "holds no settings; `quitclaim init FILE` writes a commented file to begin with" });
  return {
    written,
    value: problems.some((p) => p.path.length === 0) ? undefined : (value as Record<string, unknown>),
    problems,
    line,
    keyLine(path) {
      const parent = nodeAt(path.slice(0, -1));
      const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : undefined;
      return isScalar(pair?.key) ? lineAt(pair.key.range?.[0]) : line(path);
    },
    isScalar: (path) => isScalar(nodeAt(path)),
    show(path, shown) {
      const name = fromEnv.get(JSON.stringify(path));
      return name === undefined ? JSON.stringify(shown) : `the value of ${name}`;
    },
  };
}

function yamlAdvice({ code, message }: YAMLParseError): string {
  if (code === "TAB_AS_INDENT") return "a tab where spaces must stand; indent with spaces only";
  if (code === "DUPLICATE_KEY") return "this key stands here twice; keep one of the two";
  return message;
}

/** Keys and indexes from the root to a node that is being visited. */
function pathOf(ancestors: readonly unknown[], key: unknown): Path {
  return ancestors.flatMap((ancestor, i): (string | number)[] => {
    if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
    if (isSeq(ancestor)) return [i + 1 < ancestors.length ? ancestor.items.indexOf(ancestors[i + 1]) : Number(key)];
    return [];
  });
}
