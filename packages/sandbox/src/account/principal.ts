/**
 * Who makes a request. Every signed request resolves to one of these; an unsigned one is anonymous.
 */
import type { PolicyDocument } from "../iam/document.ts";

/** Identity policies of a principal; `"everything"` stands for AdministratorAccess without parsing a document on each call. */
export type IdentityPolicies = readonly PolicyDocument[] | "everything";

/** A request without a signature. */
export interface AnonymousPrincipal {
  readonly kind: "anonymous";
}

/** The root or a user of an account, signing with a long-lived key. */
export interface IdentityPrincipal {
  readonly kind: "identity";
  readonly accountId: string;
  readonly canonicalId: string;
  /** `arn:aws:iam::<account>:root` or `arn:aws:iam::<account>:user/<name>`. */
  readonly arn: string;
  readonly policies: IdentityPolicies;
  readonly session?: undefined;
}

/** A temporary session handed out by STS: an assumed role, or a user's own session token (GetSessionToken). */
export interface SessionPrincipal {
  readonly kind: "session";
  readonly accountId: string;
  readonly canonicalId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`, or the user's ARN for GetSessionToken. */
  readonly arn: string;
  /** ARN of the role behind the session, or the user's ARN for GetSessionToken. */
  readonly roleArn: string;
  readonly policies: IdentityPolicies;
  /** What AssumeRole's Policy parameter left of the role's permissions; absent: all of them. */
  readonly sessionPolicy?: PolicyDocument;
  /** Epoch milliseconds. The registry's copy is authoritative: an operator may end a session early. */
  readonly expiresAt: number;
}

export type Principal = AnonymousPrincipal | IdentityPrincipal | SessionPrincipal;

/** The account number of a principal, or undefined for an anonymous one. */
export function accountOf(principal: Principal): string | undefined {
  return principal.kind === "anonymous" ? undefined : principal.accountId;
}
