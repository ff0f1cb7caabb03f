/**
 * Policy variables: `${aws:PrincipalAccount}` and its like inside Resource and Condition values, and the context keys that
 * follow from who the principal is.
 */
import type { PolicyRequest } from "./evaluate.ts";

const variable = /\$\{([^}]*)\}/g;

/**
 * The text with its variables replaced by the request's values; undefined when one has no value (then nothing matches).
 * A star that comes out of a variable still acts as a wildcard, which is looser than AWS; nothing here relies on it.
 * Documents without Version 2012-10-17 have no variables: there the text is literal.
 */
export function expandVariables(text: string, request: PolicyRequest, version: string | undefined): string | undefined {
  if (version !== "2012-10-17" || !text.includes("${")) return text;
  let missing = false;
  const expanded = text.replace(variable, (_all, inside: string) => {
    if (inside === "*" || inside === "?" || inside === "$") return inside;
    const [name = "", fallback] = inside.split(",", 2);
    const key = name.trim().toLowerCase();
    const values = request.context.get(key) ?? principalContext(key, request.principal);
    const value = values?.length === 1 ? values[0] : fallback?.trim().replace(/^'|'$/g, "");
    if (value === undefined) missing = true;
    return value ?? "";
  });
  return missing ? undefined : expanded;
}

/** Values of the `aws:Principal…` and `aws:user…` keys, or undefined for any other key or an anonymous principal. */
export function principalContext(key: string, principal: PolicyRequest["principal"]): readonly string[] | undefined {
  if (!key.startsWith("aws:")) return undefined;
  if (principal.kind === "service") {
    return key === "aws:principalisawsservice" ? ["true"] : key === "aws:principalservicename" ? [principal.service] : undefined;
  }
  if (key === "aws:principalisawsservice") return ["false"];
  if (principal.kind === "anonymous") return key === "aws:principaltype" ? ["Anonymous"] : undefined;
  const name = principal.arn.split("/").at(-1) ?? "";
  const assumed = principal.kind === "session" && principal.arn.includes(":assumed-role/");
  switch (key) {
    case "aws:principalaccount":
      return [principal.accountId];
    case "aws:principalarn":
      return [principal.kind === "session" ? principal.roleArn : principal.arn];
    case "aws:principaltype":
      return [assumed ? "AssumedRole" : principal.arn.endsWith(":root") ? "Account" : "User"];
    case "aws:username":
      return principal.arn.includes(":user/") ? [name] : undefined;
    default:
      return undefined;
  }
}
