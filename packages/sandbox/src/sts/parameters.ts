/** Reads and checks the form parameters of STS calls by the constraints of the STS service model. */
import { deflateRawSync } from "node:zlib";
import { MalformedPolicyError, type PolicyDocument, parsePolicy } from "../iam/document.ts";
import { StsError, validationError } from "./error.ts";

export interface TextRule {
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

/** A text parameter: undefined when absent. Throws ValidationError when it breaks its rule. */
export function textParameter(form: URLSearchParams, name: string, rule: TextRule): string | undefined {
  const value = form.get(name);
  if (value === null) return undefined;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  if (value.length < rule.min) {
    throw validationError(value, member, `Member must have length greater than or equal to ${rule.min}`);
  }
  if (value.length > rule.max) throw validationError(value, member, `Member must have length less than or equal to ${rule.max}`);
  if (rule.pattern !== undefined && !rule.pattern.test(value)) {
    throw validationError(value, member, `Member must satisfy regular expression pattern: ${rule.pattern.source.replace(/^\^|\$$/g, "")}`);
  }
  return value;
}

/** The same for a parameter that must be there. */
export function requiredText(form: URLSearchParams, name: string, rule: TextRule): string {
  const value = textParameter(form, name, rule);
  if (value !== undefined) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw new StsError(
    "ValidationError",
    400,
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** DurationSeconds, within the limits of the call. */
export function durationParameter(form: URLSearchParams, standard: number, max: number): number {
  const value = form.get("DurationSeconds");
  if (value === null) return standard;
  if (!/^-?\d{1,9}$/.test(value)) throw new StsError("MalformedInput", 400, "DurationSeconds is not an integer");
  const seconds = Number(value);
  if (seconds < 900) throw validationError(value, "durationSeconds", "Member must have value greater than or equal to 900");
  if (seconds > max) throw validationError(value, "durationSeconds", `Member must have value less than or equal to ${max}`);
  return seconds;
}

const sessionPolicyRule: TextRule = { min: 1, max: 2_048 };
/**
 * A policy is also packed, and the packed form has a limit of its own, of which AWS tells percentages only. Here it is deflated:
 * what repeats costs little, a list of two thousand characters of names does not fit.
 */
const packedBytesMax = 1_024;

/** An inline session policy, and how much of the allotted space it takes. */
export interface SessionPolicy {
  readonly document: PolicyDocument;
  readonly packedPercent: number;
}

/** The inline session policy, if one was sent: ValidationError over 2,048 characters, PackedPolicyTooLarge, MalformedPolicyDocument. */
export function sessionPolicyParameter(form: URLSearchParams): SessionPolicy | undefined {
  const text = textParameter(form, "Policy", sessionPolicyRule);
  if (text === undefined) return undefined;
  const packedPercent = Math.ceil((deflateRawSync(text).length / packedBytesMax) * 100);
  if (packedPercent > 100) {
    throw new StsError(
      "PackedPolicyTooLarge",
      400,
      `Packed policy consumes ${packedPercent}% of allotted space, please use smaller policy.`,
    );
  }
  try {
    return { document: parsePolicy(text, "identity"), packedPercent };
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error;
    throw new StsError("MalformedPolicyDocument", 400, error.message);
  }
}
