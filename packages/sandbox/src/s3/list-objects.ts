/** ListObjects (version 1) and ListObjectsV2. Owners are those of now: the bucket's while it is enforced. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidArgument } from "../http/s3-error.ts";
import { document, element, escapeXml } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import { effectiveOwner } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { commonPrefixXml, countOf, encodingOf, objectXml, walkCurrent } from "./listing.ts";

const pageMax = 1000;

export const listObjects: Operation = {
  name: "ListObjects",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:ListBucket", bucket });
    const { query } = call.request;
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter");
    const marker = query.get("marker") ?? "";
    const max = Math.min(countOf(call, "max-keys", pageMax), pageMax);
    const encode = encodingOf(call);
    const page = walkCurrent(bucket.versions, { prefix, delimiter, after: marker, max });
    return {
      status: 200,
      body: document(
        "ListBucketResult",
        element("Name", bucket.name) +
          element("Prefix", encode(prefix)) +
          element("Marker", encode(marker)) +
          // Version 1 tells the next marker only where the last key does not.
          (page.truncated && delimiter !== undefined ? element("NextMarker", encode(page.last ?? "")) : "") +
          element("MaxKeys", max) +
          element("Delimiter", delimiter === undefined ? undefined : encode(delimiter)) +
          element("EncodingType", query.get("encoding-type")) +
          element("IsTruncated", page.truncated) +
          page.entries.map((version) => contentsXml(bucket, version, encode, true)).join("") +
          commonPrefixXml(page.commonPrefixes, encode),
      ),
    };
  },
};

export const listObjectsV2: Operation = {
  name: "ListObjectsV2",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:ListBucket", bucket });
    const { query } = call.request;
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter");
    const startAfter = query.get("start-after");
    const token = query.get("continuation-token");
    const fetchOwner = query.get("fetch-owner") === "true";
    const max = Math.min(countOf(call, "max-keys", pageMax), pageMax);
    const encode = encodingOf(call);
    const page = walkCurrent(bucket.versions, { prefix, delimiter, after: token === undefined ? (startAfter ?? "") : placeOf(token), max });
    return {
      status: 200,
      body: document(
        "ListBucketResult",
        element("Name", bucket.name) +
          element("Prefix", encode(prefix)) +
          element("StartAfter", startAfter === undefined ? undefined : encode(startAfter)) +
          element("ContinuationToken", token) +
          (page.truncated ? element("NextContinuationToken", tokenOf(page.last ?? "")) : "") +
          element("KeyCount", page.entries.length + page.commonPrefixes.length) +
          element("MaxKeys", max) +
          element("Delimiter", delimiter === undefined ? undefined : encode(delimiter)) +
          element("EncodingType", query.get("encoding-type")) +
          element("IsTruncated", page.truncated) +
          page.entries.map((version) => contentsXml(bucket, version, encode, fetchOwner)).join("") +
          commonPrefixXml(page.commonPrefixes, encode),
      ),
    };
  },
};

function contentsXml(bucket: Bucket, version: ObjectVersion, encode: (text: string) => string, owner: boolean): string {
  const members = objectXml(version, owner ? effectiveOwner(bucket, version) : undefined);
  return `<Contents><Key>${escapeXml(encode(version.key))}</Key><LastModified>${isoDate(version.lastModified)}</LastModified>${members}</Contents>`;
}

/** Opaque to clients. */
const tokenOf = (last: string): string => `1${Buffer.from(last, "utf8").toString("base64url")}`;

function placeOf(token: string): string {
  if (!/^1[A-Za-z0-9_-]*$/.test(token)) throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
  return Buffer.from(token.slice(1), "base64url").toString("utf8");
}
