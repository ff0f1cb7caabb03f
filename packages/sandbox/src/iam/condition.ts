/**
 * Condition operators of policy documents. A condition compares the values a request carries under a context key with
 * the values a statement accepts; the operator's prefix and suffix decide what a missing or many-valued key means.
 */
import { BlockList, isIP } from "node:net";
import { arnMatches, globMatches } from "./glob.ts";

type Compare = (given: string, accepted: string) => boolean;

/** One operator name, taken apart. */
export interface ConditionOperator {
  readonly compare: Compare | "null";
  /** `StringNotEquals` and its like: true when NO given value equals NO accepted value. */
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly set: "any" | "all" | undefined;
}

const sameText: Compare = (given, accepted) => given === accepted;
const sameTextAnyCase: Compare = (given, accepted) => given.toLowerCase() === accepted.toLowerCase();
const like: Compare = (given, accepted) => globMatches(accepted, given);
const arn: Compare = (given, accepted) => arnMatches(accepted, given);

function ordered(read: (text: string) => number, holds: (given: number, accepted: number) => boolean): Compare {
  return (given, accepted) => {
    const [left, right] = [read(given), read(accepted)];
    return !Number.isNaN(left) && !Number.isNaN(right) && holds(left, right);
  };
}

const toNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
/** ISO 8601, or seconds since the epoch. */
const toTime = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const inRange: Compare = (given, accepted) => {
  const family = isIP(given);
  const [network = "", length] = accepted.split("/");
  if (family === 0 || isIP(network) !== family) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const ranges = new BlockList();
  ranges.addSubnet(network, length === undefined ? (family === 4 ? 32 : 128) : Number(length), type);
  return ranges.check(given, type);
};

const plain: ReadonlyMap<string, readonly [Compare | "null", boolean]> = new Map<string, readonly [Compare | "null", boolean]>([
  ["StringEquals", [sameText, false]],
  ["StringNotEquals", [sameText, true]],
  ["StringEqualsIgnoreCase", [sameTextAnyCase, false]],
  ["StringNotEqualsIgnoreCase", [sameTextAnyCase, true]],
  ["StringLike", [like, false]],
  ["StringNotLike", [like, true]],
  ["ArnEquals", [arn, false]],
  ["ArnLike", [arn, false]],
  ["ArnNotEquals", [arn, true]],
  ["ArnNotLike", [arn, true]],
  ["Bool", [sameTextAnyCase, false]],
  ["BinaryEquals", [sameText, false]],
  ["IpAddress", [inRange, false]],
  ["NotIpAddress", [inRange, true]],
  ["NumericEquals", [ordered(toNumber, (a, b) => a === b), false]],
  ["NumericNotEquals", [ordered(toNumber, (a, b) => a === b), true]],
  ["NumericLessThan", [ordered(toNumber, (a, b) => a < b), false]],
  ["NumericLessThanEquals", [ordered(toNumber, (a, b) => a <= b), false]],
  ["NumericGreaterThan", [ordered(toNumber, (a, b) => a > b), false]],
  ["NumericGreaterThanEquals", [ordered(toNumber, (a, b) => a >= b), false]],
  ["DateEquals", [ordered(toTime, (a, b) => a === b), false]],
  ["DateNotEquals", [ordered(toTime, (a, b) => a === b), true]],
  ["DateLessThan", [ordered(toTime, (a, b) => a < b), false]],
  ["DateLessThanEquals", [ordered(toTime, (a, b) => a <= b), false]],
  ["DateGreaterThan", [ordered(toTime, (a, b) => a > b), false]],
  ["DateGreaterThanEquals", [ordered(toTime, (a, b) => a >= b), false]],
  ["Null", ["null", false]],
]);

const known = new Map<string, ConditionOperator | undefined>();

/** The operator behind a name such as `ForAnyValue:StringLikeIfExists`, or undefined when there is none. */
export function conditionOperator(name: string): ConditionOperator | undefined {
  if (known.has(name)) return known.get(name);
  const parts = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(name);
  const found = parts === null ? undefined : plain.get(parts[2] ?? "");
  const operator =
    parts === null || found === undefined || (found[0] === "null" && parts[3] !== undefined)
      ? undefined
      : ({
          compare: found[0],
          negated: found[1],
          ifExists: parts[3] !== undefined,
          set: parts[1] === "ForAnyValue" ? "any" : parts[1] === "ForAllValues" ? "all" : undefined,
        } as const);
  // Only names that exist are kept, so that a client sending nonsense cannot grow the table.
  if (operator !== undefined) known.set(name, operator);
  return operator;
}

/** Does one line of a Condition block hold? `given` is undefined when the request has no such key. */
export function conditionHolds(operator: ConditionOperator, given: readonly string[] | undefined, accepted: readonly string[]): boolean {
  if (operator.compare === "null") {
    const missing = given === undefined || given.length === 0;
    return accepted.some((value) => (value.toLowerCase() === "true") === missing);
  }
  if (given === undefined || given.length === 0) {
    // AWS: a missing key satisfies IfExists, every negated operator, and ForAllValues; it satisfies nothing else.
    return operator.ifExists || operator.set === "all" || (operator.negated && operator.set === undefined);
  }
  const compare = operator.compare;
  const matchesOne = (value: string): boolean => accepted.some((wanted) => compare(value, wanted));
  const each = (value: string): boolean => matchesOne(value) !== operator.negated;
  if (operator.set === "all") return given.every(each);
  if (operator.set === "any") return given.some(each);
  return operator.negated ? given.every(each) : given.some(each);
}
