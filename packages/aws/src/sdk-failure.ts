// An error of an SDK client, in the kinds and words of every other refusal, so that whoever asked need not know how SDKs fail.
import type { RefusalKind } from "./calls/object-calls.ts";
import { classify } from "./classify.ts";
import { explain } from "./explain.ts";
import { networkFailure } from "./network-failure.ts";
import { codeOf } from "./s3-failure.ts";

export interface SdkFailure {
  readonly kind: RefusalKind;
  readonly code: string;
  /** For the operator: what it means and what was said. */
  readonly meaning: string;
  readonly fix: string;
}

/** What is neither the network's nor a server's counts as `failed`: it does not mend itself. */
export function sdkFailure(error: Error): SdkFailure {
  const code = networkFailure(error)?.code ?? codeOf(error) ?? error.name;
  const { meaning, fix } = explain(code);
  return { kind: kindOf(error, code), code, meaning: `${meaning} (${code}: ${error.message})`, fix };
}

function kindOf(error: Error, code: string): RefusalKind {
  if (networkFailure(error) !== undefined) return "transient";
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status = typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? classify({ httpStatus: status, code, message: error.message }) : "failed";
}
