/** ListParts and ListMultipartUploads. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import { compareKeys } from "../store/key-index.ts";
import type { MultipartUpload } from "../store/multipart.ts";
import type { Call, Operation } from "./call.ts";
import { checksumValueElement } from "./checksum-xml.ts";
import { commonPrefixOf, commonPrefixXml, countOf, encodingOf } from "./listing.ts";
import { demandUploadAction, uploadOf } from "./upload-find.ts";

export const listParts: Operation = {
  name: "ListParts",
  run(call: Call): Reply {
    const bucket = call.target();
    const upload = uploadOf(call, bucket);
    demandUploadAction(call, bucket, upload, "s3:ListMultipartUploadParts");
    const marker = countOf(call, "part-number-marker", 0);
    const max = Math.min(countOf(call, "max-parts", 1000), 1000);
    const after = [...upload.parts.values()].filter((part) => part.number > marker).sort((a, b) => a.number - b.number);
    const shown = after.slice(0, max);
    const truncated = after.length > shown.length;
    const parts = shown.map((part) =>
      wrap(
        "Part",
        element("PartNumber", part.number) +
          element("LastModified", isoDate(part.lastModified)) +
          element("ETag", `"${part.etag}"`) +
          element("Size", part.content.size) +
          checksumValueElement(part.checksum),
      ),
    );
    return {
      status: 200,
      body: document(
        "ListPartsResult",
        element("Bucket", bucket.name) +
          element("Key", upload.key) +
          element("UploadId", upload.id) +
          initiatorXml(upload) +
          element("StorageClass", upload.storageClass) +
          element("PartNumberMarker", marker) +
          element("NextPartNumberMarker", shown.at(-1)?.number ?? 0) +
          element("MaxParts", max) +
          element("IsTruncated", truncated) +
          element("ChecksumAlgorithm", upload.checksumAlgorithm) +
          element("ChecksumType", upload.checksumType) +
          parts.join(""),
      ),
    };
  },
};

function initiatorXml(upload: MultipartUpload): string {
  return (
    wrap("Initiator", element("ID", upload.initiator.arn) + element("DisplayName", "")) +
    wrap("Owner", element("ID", upload.initiator.canonicalId))
  );
}

export const listMultipartUploads: Operation = {
  name: "ListMultipartUploads",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:ListBucketMultipartUploads", bucket });
    const { query } = call.request;
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter");
    const keyMarker = query.get("key-marker") ?? "";
    const idMarker = query.get("upload-id-marker") ?? "";
    const max = Math.min(countOf(call, "max-uploads", 1000), 1000);
    const encode = encodingOf(call);
    const isAfter = (upload: MultipartUpload): boolean => {
      const order = compareKeys(upload.key, keyMarker);
      return order > 0 || (order === 0 && idMarker !== "" && upload.id > idMarker);
    };
    const sorted = [...bucket.uploads.values()]
      .filter((upload) => upload.key.startsWith(prefix) && isAfter(upload))
      .sort((a, b) => compareKeys(a.key, b.key) || (a.id < b.id ? -1 : 1));
    const prefixes = new Set<string>();
    const shown: MultipartUpload[] = [];
    let last: MultipartUpload | undefined;
    let truncated = false;
    for (const upload of sorted) {
      const common = commonPrefixOf(upload.key, prefix, delimiter);
      if (common !== undefined && prefixes.has(common)) continue;
      if (shown.length + prefixes.size >= max) {
        truncated = true;
        break;
      }
      if (common === undefined) shown.push(upload);
      else prefixes.add(common);
      last = upload;
    }
    const uploads = shown.map((upload) =>
      wrap(
        "Upload",
        element("Key", encode(upload.key)) +
          element("UploadId", upload.id) +
          initiatorXml(upload) +
          element("StorageClass", upload.storageClass) +
          element("Initiated", isoDate(upload.initiatedAt)) +
          element("ChecksumAlgorithm", upload.checksumAlgorithm) +
          element("ChecksumType", upload.checksumType),
      ),
    );
    return {
      status: 200,
      body: document(
        "ListMultipartUploadsResult",
        element("Bucket", bucket.name) +
          element("KeyMarker", encode(keyMarker)) +
          element("UploadIdMarker", idMarker) +
          (truncated && last !== undefined ? element("NextKeyMarker", encode(last.key)) + element("NextUploadIdMarker", last.id) : "") +
          element("Prefix", encode(prefix)) +
          element("Delimiter", delimiter === undefined ? undefined : encode(delimiter)) +
          element("EncodingType", query.get("encoding-type")) +
          element("MaxUploads", max) +
          element("IsTruncated", truncated) +
          uploads.join("") +
          commonPrefixXml([...prefixes], encode),
      ),
    };
  },
};
