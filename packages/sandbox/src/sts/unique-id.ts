/** The opaque ids IAM gives users and roles (`AIDA…`, `AROA…`): made from the ARN, so that they stay the same between runs. */
import { createHash } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Prefix and 17 further characters. */
export function uniqueId(prefix: "AIDA" | "AROA", arn: string): string {
  const bytes = createHash("sha256").update(arn).digest().subarray(0, 17);
  return prefix + Array.from(bytes, (byte) => alphabet[byte & 31]).join("");
}
