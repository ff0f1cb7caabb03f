/** KMS keys in S3 calls: using one asks the key's account and the sender's policies. */
import { identityVerdict } from "../identity-verdict.ts";
import type { Encryption } from "../store/object.ts";
import type { Call } from "./call.ts";

export function demandKeyUse(call: Call, encryption: Encryption, action: string): void {
  if (encryption.kind !== "SSE-KMS" && encryption.kind !== "DSSE-KMS") return;
  call.world.keys.demand(call.principal, encryption.keyArn, action, (asked, resource) =>
    identityVerdict(call.principal, { principal: call.principal, action: asked, resource, context: call.context }),
  );
}
