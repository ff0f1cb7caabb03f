// What becomes of one row of the report. Pure: the same facts and settings give the same decision, on any machine and in any order.
//
// The order of the questions is part of the meaning (design.md 9):
//   a delete marker has no ACL and no content, whoever made it; the bucket owner's own objects need nothing; an owner for whom nobody has a role is held
//   before any rule is asked; an object whose ACL cannot be understood is held; where the bucket owner's FULL_CONTROL is in effect nothing is granted again,
//   unless a rule asks for more than access; only then do the campaign's rules choose an action, and what stands in its way holds the object.
import type { HeldReason, Op } from "@quitclaim/campaign/words";
import { copyHold } from "./copy.ts";
import type { RowFacts } from "./facts.ts";
import type { OwnerHold } from "./owner.ts";
import { actionFor } from "./rules.ts";
import type { DecisionSettings } from "./settings.ts";

export type Decision =
  | { readonly what: "delete-marker" }
  | { readonly what: "own" }
  | { readonly what: "already-granted" }
  | { readonly what: "skip" }
  /** `op`: what would have been done; null where nothing was chosen. `detail`: one sentence for the person who has to look at it. */
  | { readonly what: "held"; readonly reason: HeldReason; readonly op: Op | null; readonly detail: string }
  /** The row's grants and former ACL are those of its weighed ACL. */
  | { readonly what: "planned"; readonly op: Op };

const DELETE_MARKER: Decision = { what: "delete-marker" };
const OWN: Decision = { what: "own" };
const ALREADY_GRANTED: Decision = { what: "already-granted" };
const SKIP: Decision = { what: "skip" };
const PLANNED: { readonly [op in Op]: Decision } = {
  acl: { what: "planned", op: "acl" },
  copy: { what: "planned", op: "copy" },
  reencrypt: { what: "planned", op: "reencrypt" },
};

const OWNER_DETAIL = {
  "unmapped-owner": "no account of this campaign has proven this canonical ID",
  "anonymous-owner": "uploaded without a signature: no role can act for its owner; the switch gives it to the bucket owner",
  "owner-unavailable": "the report does not say who owns it",
} as const;

function heldFor(reason: OwnerHold): Decision {
  return { what: "held", reason, op: null, detail: OWNER_DETAIL[reason] };
}

const OWNER_HELD = {
  "unmapped-owner": heldFor("unmapped-owner"),
  "anonymous-owner": heldFor("anonymous-owner"),
  "owner-unavailable": heldFor("owner-unavailable"),
} as const;

const COPY_DETAIL = {
  "sse-c": "encrypted with a key that only its uploader holds",
  archived: "archived: it must be restored before it can be copied",
  "object-locked": "under Object Lock: a copy would leave the locked version with its owner",
  noncurrent: "not the current version: a copy would become the current one",
} as const;

/** Equal decisions are one object, so that rows that were decided alike can be told by it. Bounded by the rules and the ways in which an ACL can be unreadable. */
const HELD = new Map<string, Decision>();
const HELD_MAX = 10_000;

function held(reason: HeldReason, op: Op | null, detail: string): Decision {
  const name = `${reason} ${op} ${detail}`;
  let decision = HELD.get(name);
  if (decision === undefined) {
    decision = { what: "held", reason, op, detail };
    if (HELD.size >= HELD_MAX) HELD.clear();
    HELD.set(name, decision);
  }
  return decision;
}

export function decide(facts: RowFacts, settings: DecisionSettings): Decision {
  const { owner, acl } = facts;
  if (facts.isDeleteMarker) return DELETE_MARKER;
  if (owner.kind === "bucket-owner") return OWN;
  if (owner.kind === "held") return OWNER_HELD[owner.reason];
  if (acl.state === "unreadable") return held("acl-unreadable", null, `the ACL in the report ${acl.why}`);
  const { action, line } = actionFor(facts, settings.actions, settings.reportCreated);
  // Access is not ownership, and no key: a rule that names objects to be copied or re-keyed means those that are granted already as well.
  const named = line !== undefined && (action === "copy" || action === "reencrypt");
  if (acl.granted && !named) return ALREADY_GRANTED;
  if (action === "skip") return SKIP;
  if (action === "hold") return held("by-rule", null, line === undefined ? "held by actions.default" : `held by the rule in line ${line}`);
  if (acl.thirdParty.length > 0 && settings.actions.thirdPartyGrants === "hold") {
    return held("third-party-grants", action, `${acl.thirdParty.length} grants to others, and thirdPartyGrants says hold`);
  }
  if (acl.full) return held("grants-full", action, "its ACL has no room for one more grant");
  if (action === "copy") {
    const reason = copyHold(facts);
    if (reason !== undefined) return held(reason, action, COPY_DETAIL[reason]);
  }
  return PLANNED[action];
}

/** Whether the switch to BucketOwnerEnforced is all that a foreign object needs (domain.md 0.1, 0.7): readable encryption, and nobody else's access to lose. */
export function needsOnlySwitch(facts: Pick<RowFacts, "acl" | "encryption">): boolean {
  if (facts.acl.state !== "known" || facts.acl.thirdParty.length > 0) return false;
  return facts.encryption !== "SSE-KMS" && facts.encryption !== "DSSE-KMS" && facts.encryption !== "SSE-C";
}
