/** GetObjectAttributes: ETag, checksum, parts, class and size of an object, without its bytes. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidArgument } from "../http/s3-error.ts";
import { document, element, httpDate, wrap } from "../http/xml-write.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { checksumElements, checksumValueElement } from "./checksum-xml.ts";
import { demandCustomerKey } from "./customer-key.ts";
import { existing } from "./existing.ts";
import { demandKeyUse } from "./key-use.ts";
import { versionHeader } from "./object-headers.ts";

const known = new Set(["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]);

export const getObjectAttributes: Operation = {
  name: "GetObjectAttributes",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const versionId = call.versionId();
    const version = existing(call, {
      bucket,
      key,
      versionId,
      actions: ["s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"],
      currentMarker: 404,
    });
    demand(call, { action: versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion", bucket, key, version });
    demandCustomerKey(call, version);
    demandKeyUse(call, version.encryption, "kms:Decrypt");
    const wanted = wantedAttributes(call);
    const inner =
      (wanted.has("ETag") ? element("ETag", version.etag) : "") +
      (wanted.has("Checksum") && version.checksum !== undefined ? wrap("Checksum", checksumElements(version.checksum)) : "") +
      (wanted.has("ObjectParts") ? partsXml(call, version) : "") +
      (wanted.has("StorageClass") ? element("StorageClass", version.storageClass) : "") +
      (wanted.has("ObjectSize") ? element("ObjectSize", version.size) : "");
    return {
      status: 200,
      headers: { "last-modified": httpDate(version.lastModified), ...versionHeader(bucket, version.versionId) },
      body: document("GetObjectAttributesResponse", inner),
    };
  },
};

function wantedAttributes(call: Call): Set<string> {
  const header = call.header("x-amz-object-attributes") ?? "";
  const names = header.split(",").map((name) => name.trim());
  if (header === "" || names.some((name) => !known.has(name))) {
    throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", header);
  }
  return new Set(names);
}

/** S3 lists the parts themselves only where they have checksums of their own (composite ones). */
function partsXml(call: Call, version: ObjectVersion): string {
  const { parts } = version;
  if (parts === undefined) return "";
  const marker = Number(call.header("x-amz-part-number-marker") ?? 0);
  const max = Math.min(Number(call.header("x-amz-max-parts") ?? 1000), 1000);
  const after = parts.map((part, index) => ({ ...part, number: index + 1 })).filter((part) => part.number > marker);
  const listed = version.checksum?.type === "COMPOSITE" ? after.slice(0, max) : [];
  const paging =
    listed.length === 0
      ? ""
      : element("PartNumberMarker", marker) +
        element("NextPartNumberMarker", listed.at(-1)?.number) +
        element("MaxParts", max) +
        element("IsTruncated", after.length > listed.length);
  const items = listed.map((part) =>
    wrap("Part", element("PartNumber", part.number) + element("Size", part.size) + checksumValueElement(part.checksum)),
  );
  return wrap("ObjectParts", element("PartsCount", parts.length) + paging + items.join(""));
}
