// What an operation found out about one object, before it becomes a ledger row.
import type { Refusal } from "@quitclaim/aws";
import { ACL_GRANTS_MAX, type Outcome, type ResultRow, type VersionId } from "@quitclaim/campaign";

/** A ledger row without what the batch knows already. */
export type Finding = Pick<ResultRow, "outcome" | "code" | "httpStatus" | "requestId" | "attempts" | "newVersionId" | "detail">;

/**
 * done: may be noted. denied: the breaker holds it back until it is known whether the account works at all.
 * enforced: the bucket is switched already, and the campaign is done.
 */
export type Verdict =
  | { readonly kind: "done" | "denied"; readonly finding: Finding /** Where it was denied. */; readonly owner?: OwnerDenied }
  | { readonly kind: "enforced" };

/** Not the uploading account was denied, or not it alone. */
export interface OwnerDenied {
  /** In words: the permissions of the bucket owner's role. */
  readonly lacks: string;
  /** false: only if the object is a copy of ours already; the bucket owner is denied on a foreign object whatever its role may. */
  readonly sure: boolean;
}

/** Where the bucket owner was denied, the verdict is held back like any denial: nearly always it is its role, and every copy would fail. */
export const deniedToOwner = (verdict: Verdict, refusal: Pick<Refusal, "kind">, lacks: string, sure = true): Verdict =>
  refusal.kind === "denied" && verdict.kind !== "enforced" ? { ...verdict, kind: "denied", owner: { lacks, sure } } : verdict;

interface Said {
  readonly httpStatus: number;
  readonly requestId: string;
}

/** S3 said yes, or nothing had to be said. */
export function done(
  outcome: Exclude<Outcome, "failed">,
  attempts: number,
  said: Said,
  more?: { newVersionId?: VersionId; detail?: string },
): Verdict {
  return {
    kind: "done",
    finding: {
      outcome,
      code: "",
      httpStatus: said.httpStatus,
      requestId: said.requestId,
      attempts,
      newVersionId: more?.newVersionId ?? null,
      detail: more?.detail ?? "",
    },
  };
}

/** A failure that is ours to tell, with a code of ours. `said` is the last answer, where there was one. */
export function failed(code: string, detail: string, attempts: number, said?: Said, newVersionId?: VersionId): Verdict {
  return {
    kind: "done",
    finding: {
      outcome: "failed",
      code,
      httpStatus: said?.httpStatus ?? 0,
      requestId: said?.requestId ?? "",
      attempts,
      newVersionId: newVersionId ?? null,
      detail,
    },
  };
}

export const grantsFull = (attempts: number): Verdict =>
  failed(
    "GrantsFull",
    `The ACL holds ${ACL_GRANTS_MAX} grants, as many as S3 allows, and none of them is the bucket owner's. Remove one, or let the switch do it.`,
    attempts,
  );

/** What a refusal that will not be repeated means for the object (design.md 6). */
export function refused(refusal: Refusal, attempts: number): Verdict {
  const { code, httpStatus, requestId, message } = refusal;
  const base = { code, httpStatus, requestId, attempts, newVersionId: null };
  switch (refusal.kind) {
    case "enforced":
      return { kind: "enforced" };
    case "gone":
      return { kind: "done", finding: { ...base, outcome: "vanished", detail: "" } };
    case "precondition":
      return {
        kind: "done",
        finding: { ...base, outcome: "changed", detail: "The object was rewritten since the inventory; a new plan will see it." },
      };
    case "denied":
      return { kind: "denied", finding: { ...base, outcome: "failed", detail: message } };
    default:
      return { kind: "done", finding: { ...base, outcome: "failed", detail: message } };
  }
}
