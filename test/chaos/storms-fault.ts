// Which failures are the weather's and not the object's, and whether the object was given its due before it was failed.
import { classify } from "@quitclaim/aws";
import type { PlanRow, ResultRow } from "@quitclaim/campaign";

/**
 * object: it fails in any weather. storm: the weather's, after fair attempts. unfair: the weather's, given up early, or blamed on somebody who did
 * nothing wrong.
 */
export type Fault = "object" | "storm" | "unfair";

/** As the worker promises (packages/worker/README.md): five attempts at what fails in passing. */
const TRANSIENT_ATTEMPTS = 5;
const OBJECTS_OWN: ReadonlySet<string> = new Set(["TooLargeToCopy", "SseCustomerKey", "InvalidObjectState", "GrantsFull", "NoKmsKey"]);
/** The copy was made; what came after it met the weather. */
const AFTER_THE_COPY: ReadonlySet<string> = new Set(["CopyNotReadable", "GrantsNotRestored"]);

export function faultOf(row: PlanRow, { code, httpStatus, attempts, detail }: ResultRow): Fault {
  if (OBJECTS_OWN.has(code)) return "object";
  // Whatever the weather, what a copy is to be given back is in the store before it is made.
  if (code === "GrantsUnknown") return "unfair";
  if (AFTER_THE_COPY.has(code)) return httpStatus === 0 || httpStatus >= 500 ? "storm" : "unfair";
  switch (classify({ code, httpStatus, message: detail })) {
    case "transient":
      // Reads before a merge and around a copy are not counted in the ledger, so the attempts are all to be seen where the ACL is known.
      return row.op === "acl" && row.formerAcl !== null && attempts < TRANSIENT_ATTEMPTS ? "unfair" : "storm";
    case "throttled":
      return "storm";
    default:
      // A session that ended is renewed, nobody was denied anything, and nothing differs from what it was.
      return "unfair";
  }
}
