// What rows of a plan have in common: everything but key, version, ETag, size and time. Few shapes describe many rows, so rows carry a number instead.
import type { AccountId, HeldReason, Op } from "@quitclaim/campaign";

/** Where a row goes. */
export type Lane =
  | { readonly kind: "planned"; readonly account: AccountId; readonly op: Op }
  | { readonly kind: "held"; readonly reason: HeldReason; readonly op: Op | null; readonly detail: string };

export interface Shape {
  readonly lane: Lane;
  readonly storageClass: string;
  readonly encryption: string;
  readonly owner: string;
  readonly grants: string | null;
  readonly formerAcl: string | null;
}

/** Equal for equal shapes, different for different ones. */
export function shapeName(shape: Shape): string {
  const { lane } = shape;
  const where = lane.kind === "planned" ? [lane.account, lane.op] : [lane.reason, lane.op, lane.detail];
  return JSON.stringify([lane.kind, where, shape.storageClass, shape.encryption, shape.owner, shape.grants, shape.formerAcl]);
}
