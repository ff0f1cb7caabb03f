/**
 * Policy documents: the JSON of IAM, bucket, trust and session policies, checked and brought into one regular shape
 * (every "string or list" is a list). Refuses what AWS refuses when the document is stored, so that evaluation never fails.
 */
import { conditionOperator } from "./condition.ts";
import { MalformedPolicyError } from "./malformed.ts";

export { MalformedPolicyError };

/** Principal element: `"*"`, or lists by kind. */
export type PrincipalElement =
  | "*"
  | {
      readonly AWS?: readonly string[];
      readonly CanonicalUser?: readonly string[];
      readonly Service?: readonly string[];
      readonly Federated?: readonly string[];
    };

/** operator -> context key -> accepted values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/**
 * Where a document is used, which decides the members it must have: `identity` (no Principal, needs a Resource), `resource`
 * (bucket policy: needs both), `trust` (needs a Principal, may not have a Resource), `any` (checks the shape only).
 */
export type PolicyKind = "identity" | "resource" | "trust" | "any";

const documentMembers = new Set(["Version", "Id", "Statement"]);
const statementMembers = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);
const principalMembers = new Set(["AWS", "CanonicalUser", "Service", "Federated"]);
const versions = new Set(["2012-10-17", "2008-10-17"]);

/** Reads a policy document. Throws MalformedPolicyError with AWS's sentence for the first fault found. */
export function parsePolicy(json: string, kind: PolicyKind = "any"): PolicyDocument {
  if (!json.trimStart().startsWith("{")) {
    throw new MalformedPolicyError("Policies must be valid JSON and the first byte must be '{'");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new MalformedPolicyError(`This policy contains invalid Json: ${error instanceof Error ? error.message : String(error)}`);
  }
  return policyFrom(parsed, kind);
}

/** The same for a document that is a JavaScript value already (accounts file, code). */
export function policyFrom(value: unknown, kind: PolicyKind = "any"): PolicyDocument {
  const document = members(value, documentMembers, "policy");
  const version = optionalText(document.Version, "Version");
  if (version !== undefined && !versions.has(version)) {
    throw new MalformedPolicyError("The policy must contain a valid version string");
  }
  const id = optionalText(document.Id, "Id");
  const listed = document.Statement;
  if (listed === undefined) throw new MalformedPolicyError("Missing required field Statement");
  const statements = (Array.isArray(listed) ? listed : [listed]).map((statement) => statementFrom(statement, kind));
  if (statements.length === 0) throw new MalformedPolicyError("Could not parse the policy: Statement is empty!");
  return {
    ...(version === undefined ? {} : { Version: version }),
    ...(id === undefined ? {} : { Id: id }),
    Statement: statements,
  };
}

function statementFrom(value: unknown, kind: PolicyKind): Statement {
  const raw = members(value, statementMembers, "statement");
  if (raw.Effect === undefined) throw new MalformedPolicyError("Missing required field Effect");
  if (raw.Effect !== "Allow" && raw.Effect !== "Deny") throw new MalformedPolicyError(`Invalid effect: ${String(raw.Effect)}`);
  oneOf(raw, "Action", "NotAction", true);
  oneOf(raw, "Resource", "NotResource", kind === "identity" || kind === "resource");
  oneOf(raw, "Principal", "NotPrincipal", kind === "resource" || kind === "trust");
  if (kind === "identity" && (raw.Principal ?? raw.NotPrincipal) !== undefined) {
    throw new MalformedPolicyError("Policy document should not specify a principal.");
  }
  if (kind === "trust" && (raw.Resource ?? raw.NotResource) !== undefined) {
    throw new MalformedPolicyError("Has prohibited field Resource");
  }
  const sid = optionalText(raw.Sid, "Sid");
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: raw.Effect,
    ...(raw.Principal === undefined ? {} : { Principal: principalFrom(raw.Principal) }),
    ...(raw.NotPrincipal === undefined ? {} : { NotPrincipal: principalFrom(raw.NotPrincipal) }),
    ...(raw.Action === undefined ? {} : { Action: actionsFrom(raw.Action) }),
    ...(raw.NotAction === undefined ? {} : { NotAction: actionsFrom(raw.NotAction) }),
    ...(raw.Resource === undefined ? {} : { Resource: resourcesFrom(raw.Resource) }),
    ...(raw.NotResource === undefined ? {} : { NotResource: resourcesFrom(raw.NotResource) }),
    ...(raw.Condition === undefined ? {} : { Condition: conditionFrom(raw.Condition) }),
  };
}

function oneOf(raw: Record<string, unknown>, plain: string, negated: string, required: boolean): void {
  if (raw[plain] !== undefined && raw[negated] !== undefined) {
    throw new MalformedPolicyError(`Statement cannot have both ${plain} and ${negated}`);
  }
  if (required && raw[plain] === undefined && raw[negated] === undefined) {
    throw new MalformedPolicyError(`Missing required field ${plain}`);
  }
}

function principalFrom(value: unknown): PrincipalElement {
  if (value === "*") return "*";
  const raw = members(value, principalMembers, "principal", "Invalid principal in policy");
  if (Object.keys(raw).length === 0) throw new MalformedPolicyError("Invalid principal in policy");
  const lists = Object.entries(raw).map(([kind, listed]) => [kind, texts(listed, "Invalid principal in policy")] as const);
  for (const arn of lists.find(([kind]) => kind === "AWS")?.[1] ?? []) {
    if (!/^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.+)$/.test(arn)) throw new MalformedPolicyError("Invalid principal in policy");
  }
  return Object.fromEntries(lists);
}

function actionsFrom(value: unknown): readonly string[] {
  const actions = texts(value, "Policy has invalid action");
  for (const action of actions) {
    if (action !== "*" && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/i.test(action)) throw new MalformedPolicyError("Policy has invalid action");
  }
  return actions;
}

function resourcesFrom(value: unknown): readonly string[] {
  const resources = texts(value, "Policy has invalid resource");
  for (const resource of resources) {
    if (resource !== "*" && !/^arn:[^:]*:[^:]+:[^:]*:[^:]*:./.test(resource)) throw new MalformedPolicyError("Policy has invalid resource");
  }
  return resources;
}

function conditionFrom(value: unknown): ConditionBlock {
  const block: Record<string, Record<string, readonly string[]>> = {};
  for (const [operator, keys] of Object.entries(members(value, undefined, "Condition"))) {
    if (conditionOperator(operator) === undefined) throw new MalformedPolicyError(`Invalid Condition type : ${operator}`);
    const wanted: Record<string, readonly string[]> = {};
    for (const [key, accepted] of Object.entries(members(keys, undefined, operator))) {
      wanted[key] = scalars(accepted, key);
    }
    block[operator] = wanted;
  }
  return block;
}

/** Condition values may be JSON strings, numbers or booleans; all are compared as text. */
function scalars(value: unknown, key: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one === "string" || typeof one === "number" || typeof one === "boolean") return String(one);
    throw new MalformedPolicyError(`Invalid value of condition key ${key}`);
  });
}

function texts(value: unknown, fault: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new MalformedPolicyError(fault);
  return list.map((one) => {
    if (typeof one === "string" && one !== "") return one;
    throw new MalformedPolicyError(fault);
  });
}

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw new MalformedPolicyError(`Invalid ${name}: it must be a string`);
}

function members(value: unknown, known: ReadonlySet<string> | undefined, what: string, fault?: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedPolicyError(fault ?? `Syntax errors in policy: ${what} must be an object`);
  }
  for (const name of Object.keys(value)) {
    if (known !== undefined && !known.has(name)) throw new MalformedPolicyError(fault ?? `Unknown field ${name}`);
  }
  return value as Record<string, unknown>;
}
