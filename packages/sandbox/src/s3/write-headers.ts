/** What the headers of a put, copy or multipart creation say about the object to be: attributes, class, tags. */
import { invalidArgument, S3Error } from "../http/s3-error.ts";
import { noTags } from "../store/intern.ts";
import type { ObjectAttributes, Tags } from "../store/object.ts";
import type { Call } from "./call.ts";
import { checkedTags } from "./tags.ts";

const metadataPrefix = "x-amz-meta-";
/** Names and values together. */
const metadataBytesMax = 2048;
const storageClasses = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
]);

export function attributesFrom(call: Call): ObjectAttributes {
  const { headers } = call.request;
  const metadata = new Map<string, string>();
  let bytes = 0;
  for (const name in headers) {
    if (!name.startsWith(metadataPrefix)) continue;
    const value = String(headers[name]);
    metadata.set(name.slice(metadataPrefix.length), value);
    bytes += name.length - metadataPrefix.length + value.length;
  }
  if (bytes > metadataBytesMax) {
    throw new S3Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", {
      details: { Size: String(bytes), MaxSizeAllowed: String(metadataBytesMax) },
    });
  }
  return call.world.store.intern.attributes({
    contentType: call.header("content-type") ?? "binary/octet-stream",
    contentEncoding: contentEncoding(call.header("content-encoding")),
    contentLanguage: call.header("content-language"),
    contentDisposition: call.header("content-disposition"),
    cacheControl: call.header("cache-control"),
    expires: call.header("expires"),
    websiteRedirect: redirectFrom(call),
    metadata,
  });
}

/** `aws-chunked` is how the body travelled, not what it is. */
function contentEncoding(header: string | undefined): string | undefined {
  const left = header
    ?.split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "aws-chunked" && one !== "")
    .join(",");
  return left === "" ? undefined : left;
}

export function redirectFrom(call: Call): string | undefined {
  const location = call.header("x-amz-website-redirect-location");
  if (location !== undefined && !/^(\/|https?:\/\/)/.test(location)) {
    throw new S3Error(
      400,
      "InvalidRedirectLocation",
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    );
  }
  return location;
}

/** STANDARD unless the header says otherwise. */
export function storageClassFrom(call: Call): string {
  const name = call.header("x-amz-storage-class") ?? "STANDARD";
  if (!storageClasses.has(name)) throw new S3Error(400, "InvalidStorageClass", "The storage class you specified is not valid");
  return name;
}

/** `x-amz-tagging`, a query string. */
export function tagsFrom(call: Call): Tags {
  const header = call.header("x-amz-tagging");
  if (header === undefined || header === "") return noTags;
  const pairs = [...new URLSearchParams(header)];
  if (pairs.some(([name]) => name === ""))
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      "x-amz-tagging",
      header,
    );
  return call.world.store.intern.tags(checkedTags(pairs, 10));
}
