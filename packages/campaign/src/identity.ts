// The names of things in S3 as types, so that an account number is never taken for a canonical ID, nor a key for a version.

/** A 12-digit AWS account number, or the uid of an S3-compatible server's user. */
export type AccountId = string & { readonly __kind: "AccountId" };
/** The obfuscated account ID that ACLs and inventories use: 64 hex digits (domain.md 5). */
export type CanonicalId = string & { readonly __kind: "CanonicalId" };
/** An object key as raw UTF-8, never URL-encoded. */
export type ObjectKey = string & { readonly __kind: "ObjectKey" };
/** A version ID as S3 takes it; the literal "null" is the null version. */
export type VersionId = string & { readonly __kind: "VersionId" };

export const accountId = (text: string): AccountId => text as AccountId;
export const canonicalId = (text: string): CanonicalId => text as CanonicalId;
export const objectKey = (text: string): ObjectKey => text as ObjectKey;
export const versionId = (text: string): VersionId => text as VersionId;

/** The owner that S3 shows for unsigned uploads; nobody can assume a role for it (domain.md 1.4). */
export const ANONYMOUS_OWNER: CanonicalId = canonicalId("65a011a29cdf8ec533ec3d1ccaae921c");
/** What an inventory says where it could not read the ACL (domain.md 1.3). */
export const UNAVAILABLE_OWNER = "UNAVAILABLE";
