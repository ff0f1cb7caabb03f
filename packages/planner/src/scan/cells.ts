// What a distinct owner cell and a distinct ACL cell mean. Many rows share a few of them, so what follows from the two together is worked out once and kept beside them.
import type { PlanCounts } from "@quitclaim/campaign/words";
import type { Acl } from "../acl/document.ts";
import type { Decision } from "../decide/decide.ts";
import { type WeighedAcl, weighAcl } from "../decide/grants.ts";
import type { Owner } from "../decide/owner.ts";
import type { DecisionSettings } from "../decide/settings.ts";
import type { NumberedShape } from "./pack.ts";
import type { Lane } from "./shape.ts";

/** A distinct owner cell, and a number that is short for it. */
export interface OwnerCell {
  readonly owner: Owner;
  readonly number: number;
  /** Its account's, once one of its rows was counted. */
  counts: PlanCounts | undefined;
}

/** A distinct ACL cell, weighed once for each owner that has it. */
export class AclCell {
  readonly acl: Acl;
  readonly #uses: (AclUse | undefined)[] = [];

  constructor(acl: Acl) {
    this.acl = acl;
  }

  use(owner: OwnerCell, settings: DecisionSettings): AclUse {
    let use = this.#uses[owner.number];
    if (use === undefined) {
      use = new AclUse(owner.owner, weighAcl(this.acl, owner.owner.id, settings.bucketOwner, settings.actions.thirdPartyGrants));
      this.#uses[owner.number] = use;
    }
    return use;
  }
}

interface SameShape {
  readonly decision: Decision;
  readonly storageClass: string;
  readonly encryption: string;
  readonly numbered: NumberedShape;
}

/** An ACL as one owner has it. */
export class AclUse {
  readonly weighed: WeighedAcl;
  readonly #owner: Owner;
  /** Shapes of rows that were decided alike, by storage class and encryption. */
  readonly #shapes = new Map<Decision, SameShape[]>();
  /** The last one that was asked for. */
  #last: SameShape | undefined;

  constructor(owner: Owner, weighed: WeighedAcl) {
    this.#owner = owner;
    this.weighed = weighed;
  }

  /** The shape of its rows that were decided like this. Strings of cells are shared, so comparing them is comparing pointers; there are a handful of combinations. */
  shape(decision: Decision, storageClass: string, encryption: string): NumberedShape {
    const last = this.#last;
    if (last !== undefined && last.decision === decision && last.storageClass === storageClass && last.encryption === encryption)
      return last.numbered;
    let alike = this.#shapes.get(decision);
    if (alike === undefined) {
      alike = [];
      this.#shapes.set(decision, alike);
    }
    let same = alike.find((known) => known.storageClass === storageClass && known.encryption === encryption);
    if (same === undefined) {
      const { grants, formerAcl } = this.weighed;
      const shape = { lane: laneOf(this.#owner, decision), storageClass, encryption, owner: this.#owner.id, grants, formerAcl };
      same = { decision, storageClass, encryption, numbered: { shape, chunk: -1, number: 0 } };
      alike.push(same);
    }
    this.#last = same;
    return same.numbered;
  }
}

function laneOf(owner: Owner, decision: Decision): Lane {
  if (decision.what === "planned" && owner.kind === "account") return { kind: "planned", account: owner.account, op: decision.op };
  if (decision.what === "held") return { kind: "held", reason: decision.reason, op: decision.op, detail: decision.detail };
  throw new Error(`a row that was decided to be ${decision.what} has no place in the plan`);
}
