/** The condition keys of a request, as bucket, identity and session policies see them (S3's and the global ones). */
import type { InboundRequest } from "./http/exchange.ts";
import type { ObjectVersion } from "./store/object.ts";

/** Headers whose value is the condition key `s3:<header>`. */
const headerKeys = [
  "x-amz-acl",
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
  "x-amz-grant-read-acp",
  "x-amz-grant-write",
  "x-amz-grant-write-acp",
  "x-amz-metadata-directive",
  "x-amz-object-ownership",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-storage-class",
  "x-amz-website-redirect-location",
];

const parameterKeys = ["prefix", "delimiter", "max-keys", "versionId"];

/** Key (lower case) -> values; the keys about the principal are S2's business (iam/variables.ts). */
export function requestContext(request: InboundRequest, region: string, now: number): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  const { headers, query } = request;
  for (const name of headerKeys) {
    const value = headers[name];
    if (typeof value === "string") context.set(`s3:${name}`, [value]);
  }
  for (const name of parameterKeys) {
    const value = query.get(name);
    if (value !== undefined) context.set(`s3:${name.toLowerCase()}`, [value]);
  }
  const date = new Date(now).toISOString();
  context.set("aws:securetransport", ["false"]);
  context.set("aws:sourceip", [request.remoteAddress.replace(/^::ffff:/, "")]);
  context.set("aws:currenttime", [`${date.slice(0, 19)}Z`]);
  context.set("aws:epochtime", [String(Math.floor(now / 1000))]);
  context.set("aws:requestedregion", [region]);
  if (typeof headers["user-agent"] === "string") context.set("aws:useragent", [headers["user-agent"]]);
  if (typeof headers.referer === "string") context.set("aws:referer", [headers.referer]);
  if (request.accessKeyId !== undefined) {
    context.set("s3:signatureversion", ["AWS4-HMAC-SHA256"]);
    context.set("s3:authtype", [headers.authorization === undefined ? "REST-QUERY-STRING" : "REST-HEADER"]);
  }
  lockKeys(request, now, context);
  if (typeof headers["x-amz-tagging"] === "string") {
    const tags = new URLSearchParams(headers["x-amz-tagging"]);
    for (const [name, value] of tags) context.set(`s3:requestobjecttag/${name.toLowerCase()}`, [value]);
    context.set("s3:requestobjecttagkeys", [...tags.keys()]);
  }
  return context;
}

function lockKeys(request: InboundRequest, now: number, context: Map<string, readonly string[]>): void {
  const mode = request.headers["x-amz-object-lock-mode"];
  const until = request.headers["x-amz-object-lock-retain-until-date"];
  const hold = request.headers["x-amz-object-lock-legal-hold"];
  if (typeof mode === "string") context.set("s3:object-lock-mode", [mode]);
  if (typeof hold === "string") context.set("s3:object-lock-legal-hold", [hold]);
  if (typeof until === "string") {
    context.set("s3:object-lock-retain-until-date", [until]);
    context.set("s3:object-lock-remaining-retention-days", [String(Math.ceil((Date.parse(until) - now) / 86_400_000))]);
  }
}

/** What a request says about the object to be: multipart uploads carry it from their creation to their parts and completion. */
const aboutTheObject = /^s3:(x-amz-(acl|grant-|server-side-encryption|storage-class|website-redirect)|object-lock-|requestobjecttag)/;

/** The keys of a creating request that hold for the whole upload. */
export function writeContextOf(context: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  return new Map([...context].filter(([key]) => aboutTheObject.test(key)));
}

/** The same with the tags the object has now. */
export function withObjectTags(
  context: ReadonlyMap<string, readonly string[]>,
  version: ObjectVersion | undefined,
): ReadonlyMap<string, readonly string[]> {
  if (version === undefined || version.tags.size === 0) return context;
  const extended = new Map(context);
  for (const [name, value] of version.tags) extended.set(`s3:existingobjecttag/${name.toLowerCase()}`, [value]);
  return extended;
}
