// Who each configured account really is. The proof, and nothing else, maps a canonical ID to an account (design.md 4).
import type { S3Client } from "@aws-sdk/client-s3";
import type { AccountId, CanonicalId } from "@quitclaim/campaign";
import type { Finding } from "../finding.ts";
import { problem } from "./problem.ts";

export interface Identity {
  /** Absent where the server knows no GetCallerIdentity. */
  readonly accountId?: string;
  readonly canonicalId: string;
  readonly arn?: string;
}

/** One account of the campaign file, with the means to prove it. `prove` throws what a person can read. */
export interface Claimed {
  readonly id: AccountId;
  readonly name: string;
  /** As the campaign file has it. */
  readonly canonicalId?: CanonicalId;
  readonly prove: () => Promise<Identity>;
  /** Signs as the account. Where it is given and a plan exists, the account's rights are tried on one of its objects. */
  readonly client?: () => S3Client;
}

export type Proof =
  | { readonly id: AccountId; readonly name: string; readonly identity: Identity }
  | { readonly id: AccountId; readonly name: string; readonly refused: string };

/** Proves every account; a refusal is a proof that failed, not an error. */
export async function proveAll(claims: readonly Claimed[]): Promise<Proof[]> {
  return Promise.all(
    claims.map(async ({ id, name, prove }): Promise<Proof> => {
      try {
        return { id, name, identity: await prove() };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { id, name, refused: error.message };
      }
    }),
  );
}

/** What is wrong with the proofs; the first claim is the bucket owner's. Pure. */
export function identityProblems(claims: readonly Claimed[], proofs: readonly Proof[]): Finding[] {
  const found: Finding[] = [];
  const holders = new Map<string, string>();
  for (const [index, claim] of claims.entries()) {
    const proof = proofs[index];
    if (proof === undefined) throw new Error(`account ${claim.id} has no proof`);
    const who = `${claim.name} (${claim.id})`;
    if ("refused" in proof) {
      found.push(
        problem(
          `identity-${claim.id}`,
          `No session for ${who}`,
          [proof.refused],
          index === 0
            ? "Nothing of the campaign can work: the bucket owner reads the report, raises the fence, verifies and switches."
            : "Its objects cannot be worked on: only the uploading account may change their ACLs.",
          `Mend what the evidence names${index === 0 ? ", then check again" : "; the other accounts do not have to wait for it"}.`,
        ),
      );
      continue;
    }
    const { accountId, canonicalId, arn } = proof.identity;
    if (accountId !== undefined && accountId !== claim.id)
      found.push(
        problem(
          `identity-${claim.id}`,
          `The credentials of ${who} belong to another account`,
          [`GetCallerIdentity answers account ${accountId}${arn === undefined ? "" : ` (${arn})`}`],
          "The work of one account would be tried with the rights of another, and refused object by object.",
          `Give account ${claim.id} its own role or profile in the campaign file, or correct the account number.`,
        ),
      );
    if (claim.canonicalId !== undefined && claim.canonicalId !== canonicalId)
      found.push(
        problem(
          `canonical-id-${claim.id}`,
          `The canonical ID of ${who} is not the one in the campaign file`,
          [`S3 says ${canonicalId}`, `the campaign file says ${claim.canonicalId}`],
          "The plan would give this account's objects to nobody, or another's to it.",
          "Correct canonicalId, or leave it out: it is proven at every start.",
        ),
      );
    const other = holders.get(canonicalId);
    if (other !== undefined)
      found.push(
        problem(
          `same-account-${claim.id}`,
          `${who} and ${other} are one account`,
          [`both have the canonical ID ${canonicalId}`],
          "Its objects would be planned once and worked on by either; the figures for each account would be wrong.",
          "Take one of them out of the campaign file.",
        ),
      );
    else holders.set(canonicalId, who);
  }
  return found;
}
