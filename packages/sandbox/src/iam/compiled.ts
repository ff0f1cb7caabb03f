/**
 * Statements made ready to be asked again and again: patterns taken apart once, operators looked up once. Kept beside the
 * statement for as long as it lives; a request then compares strings and little else.
 */
import { type ConditionOperator, conditionOperator } from "./condition.ts";
import type { Statement } from "./document.ts";
import { globMatches } from "./glob.ts";

export type Matcher = (text: string) => boolean;

export interface CompiledCondition {
  /** undefined: an operator nobody knows, in a document built by hand. */
  readonly operator: ConditionOperator | undefined;
  /** Lower case. */
  readonly key: string;
  readonly values: readonly string[];
  /** The values hold no policy variable. */
  readonly literal: boolean;
}

export interface CompiledStatement {
  /** Takes the action in lower case. */
  readonly actions: Matcher;
  /** undefined: patterns with policy variables, to be expanded for each request. */
  readonly resources: Matcher | undefined;
  readonly conditions: readonly CompiledCondition[];
}

const compiled = new WeakMap<Statement, CompiledStatement>();

export function compiledStatement(statement: Statement): CompiledStatement {
  let made = compiled.get(statement);
  if (made === undefined) {
    made = {
      actions: actionsOf(statement),
      resources: resourcesOf(statement),
      conditions: conditionsOf(statement),
    };
    compiled.set(statement, made);
  }
  return made;
}

function actionsOf(statement: Statement): Matcher {
  const lower = (patterns: readonly string[]): Matcher => anyOf(patterns.map((pattern) => pattern.toLowerCase()));
  if (statement.NotAction === undefined) return lower(statement.Action ?? []);
  const covered = lower(statement.NotAction);
  return (action) => !covered(action);
}

function resourcesOf(statement: Statement): Matcher | undefined {
  const patterns = statement.NotResource ?? statement.Resource;
  // Trust policies have no Resource: they speak of the role they belong to.
  if (patterns === undefined) return () => true;
  if (patterns.some((pattern) => pattern.includes("${"))) return undefined;
  const covered = anyOf(patterns);
  return statement.NotResource === undefined ? covered : (resource) => !covered(resource);
}

function conditionsOf(statement: Statement): CompiledCondition[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([name, keys]) =>
    Object.entries(keys).map(([key, values]) => ({
      operator: conditionOperator(name),
      key: key.toLowerCase(),
      values,
      literal: !values.some((value) => value.includes("${")),
    })),
  );
}

function anyOf(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(matcherOf);
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return only;
  return (text) => {
    for (const matches of matchers) if (matches(text)) return true;
    return false;
  };
}

/** Most patterns are a text, or a text with one star at its end. */
function matcherOf(pattern: string): Matcher {
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return (text) => text === pattern;
  if (wild === pattern.length - 1 && pattern.endsWith("*")) {
    const start = pattern.slice(0, -1);
    return (text) => text.startsWith(start);
  }
  return (text) => globMatches(pattern, text);
}
