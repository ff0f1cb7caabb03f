/**
 * The Authorization header, taken apart: credential scope, names of the signed headers, signature. All but the signature is
 * the same in request after request of one client, and is looked up instead of parsed again.
 */
import { S3Error } from "../http/s3-error.ts";
import { headerMalformed, mechanismNotSupported } from "./refusals.ts";
import { type CredentialScope, parseScope } from "./scope.ts";

/** What stands before the signature. */
export interface SignedWith {
  readonly scope: CredentialScope;
  readonly signed: SignedHeaders;
}

export interface SignedHeaders {
  /** `host;x-amz-date;…` as sent. */
  readonly text: string;
  readonly names: readonly string[];
}

const form = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]+)\s*$/;
const ending = /^[0-9a-f]{64}$/;
const signatureLength = 64;

const known = new Map<string, SignedWith>();
const knownMax = 10_000;

/** 400 for another mechanism or another form, 403 unless `host` is signed. */
export function parseAuthorization(header: string): SignedWith & { readonly signature: string } {
  const signature = header.slice(-signatureLength);
  const before = header.slice(0, -signatureLength);
  const kept = known.get(before);
  if (kept !== undefined && ending.test(signature)) return { scope: kept.scope, signed: kept.signed, signature };
  if (!header.startsWith("AWS4-HMAC-SHA256")) throw mechanismNotSupported();
  const match = form.exec(header);
  const scope = match === null ? undefined : parseScope(match[1] as string);
  if (match === null || scope === undefined) throw headerMalformed("expecting Credential, SignedHeaders and Signature.");
  const parsed = { scope, signed: signedHeaders(match[2] as string) };
  if ((match[3] as string) === signature) {
    if (known.size >= knownMax) known.clear();
    known.set(before, parsed);
  }
  return { ...parsed, signature: match[3] as string };
}

/** The names of a SignedHeaders list; 403 unless `host` is among them. */
export function signedHeaders(text: string): SignedHeaders {
  const names = text.split(";");
  if (!names.includes("host")) throw new S3Error(403, "AccessDenied", "The Host header must be signed.");
  return { text, names };
}
