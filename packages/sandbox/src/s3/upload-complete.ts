/** CompleteMultipartUpload and AbortMultipartUpload. */

import { checksumOfContent, compositeChecksum, sentChecksum } from "../checksum/checksum.ts";
import type { Reply } from "../http/exchange.ts";
import { encodePercent } from "../http/percent.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { children, childText, readXml } from "../http/xml-read.ts";
import { document, element } from "../http/xml-write.ts";
import { joinedContent } from "../store/content.ts";
import type { MultipartUpload, UploadedPart } from "../store/multipart.ts";
import type { Checksum } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { checksumElements, checksumMember } from "./checksum-xml.ts";
import { demandDestinationConditions } from "./conditions.ts";
import { multipartEtag } from "./etag.ts";
import { versionHeader, writtenEncryptionHeaders } from "./object-headers.ts";
import { demandUploadAction, uploadOf, writableUpload } from "./upload-find.ts";
import { storeObject } from "./write-object.ts";

/** 5 MiB; the last part may be smaller. */
const partBytesMin = 5 * 1024 ** 2;

export const completeMultipartUpload: Operation = { name: "CompleteMultipartUpload", checksumIsOfObject: true, run: complete };

function complete(call: Call): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const upload = writableUpload(call, bucket);
  const parts = namedParts(call, upload);
  const content = joinedContent(parts.map((part) => part.content));
  demandDeclaredSize(call, content.size);
  const checksum = objectChecksum(upload, parts);
  const sent = sentChecksum((name) => call.header(name));
  if (sent !== undefined && checksum !== undefined && sent.algorithm === checksum.algorithm && sent.value !== checksum.value) {
    throw new S3Error(400, "BadDigest", `The ${sent.algorithm} you specified did not match the calculated checksum.`);
  }
  demandDestinationConditions(call, bucket, key);
  bucket.uploads.delete(upload.id);
  const version = storeObject(call, bucket, {
    key,
    writer: upload.initiator.canonicalId,
    requested: upload.requested,
    content,
    etag: multipartEtag(parts.map((part) => part.etag)),
    attributes: upload.attributes,
    storageClass: upload.storageClass,
    encryption: upload.encryption,
    tags: upload.tags,
    checksum,
    lock: upload.lock,
    parts: parts.map((part) => ({ number: part.number, size: part.content.size, checksum: part.checksum })),
  });
  call.record(bucket, {
    key,
    newVersionId: version.versionId,
    detail: { uploadId: upload.id, parts: String(parts.length), owner: version.owner },
  });
  return {
    status: 200,
    headers: { ...versionHeader(bucket, version.versionId), ...writtenEncryptionHeaders(version.encryption) },
    body: document(
      "CompleteMultipartUploadResult",
      element("Location", `http://${call.header("host") ?? "localhost"}/${bucket.name}/${encodePercent(key, true)}`) +
        element("Bucket", bucket.name) +
        element("Key", key) +
        element("ETag", `"${version.etag}"`) +
        checksumElements(checksum),
    ),
  };
}

/** The parts the request names, in ascending order, each as it was uploaded. */
function namedParts(call: Call, upload: MultipartUpload): UploadedPart[] {
  const root = readXml(call.request.body);
  const listed = children(root, "Part");
  if (root.name !== "CompleteMultipartUpload" || listed.length === 0) throw malformedXml();
  let previous = 0;
  const parts = listed.map((one) => {
    const number = Number(childText(one, "PartNumber") ?? Number.NaN);
    const etag = childText(one, "ETag")?.replace(/^"(.*)"$/, "$1");
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    if (number <= previous) {
      throw new S3Error(
        400,
        "InvalidPartOrder",
        "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
      );
    }
    previous = number;
    const part = upload.parts.get(number);
    const stated = part?.checksum === undefined ? undefined : childText(one, checksumMember(part.checksum.algorithm));
    if (part === undefined || part.etag !== etag || (stated !== undefined && stated !== part.checksum?.value))
      throw invalidPart(number, etag);
    return part;
  });
  for (const part of parts.slice(0, -1)) {
    if (part.content.size < partBytesMin) {
      throw new S3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
        details: {
          ProposedSize: String(part.content.size),
          MinSizeAllowed: String(partBytesMin),
          PartNumber: String(part.number),
          ETag: part.etag,
        },
      });
    }
  }
  return parts;
}

const invalidPart = (number: number, etag: string): S3Error =>
  new S3Error(
    400,
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { details: { PartNumber: String(number), ETag: etag } },
  );

function demandDeclaredSize(call: Call, size: number): void {
  const declared = call.header("x-amz-mp-object-size");
  if (declared !== undefined && Number(declared) !== size) {
    throw new S3Error(
      400,
      "InvalidRequest",
      `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${size}`,
    );
  }
}

/** Composite of the parts' values where the upload asked for that; otherwise over the whole object. */
function objectChecksum(upload: MultipartUpload, parts: readonly UploadedPart[]): Checksum | undefined {
  const algorithm = upload.checksumAlgorithm ?? "CRC64NVME";
  if (upload.checksumType !== "COMPOSITE") return checksumOfContent(algorithm, joinedContent(parts.map((part) => part.content)));
  const values = parts.flatMap((part) => (part.checksum?.algorithm === algorithm ? [part.checksum.value] : []));
  return values.length === parts.length ? compositeChecksum(algorithm, values) : undefined;
}

export const abortMultipartUpload: Operation = {
  name: "AbortMultipartUpload",
  run(call: Call): Reply {
    const bucket = call.target();
    const upload = uploadOf(call, bucket);
    demandUploadAction(call, bucket, upload, "s3:AbortMultipartUpload");
    bucket.uploads.delete(upload.id);
    call.record(bucket, { key: upload.key, detail: { uploadId: upload.id } }, 204);
    return { status: 204 };
  },
};
