/** UploadPart and UploadPartCopy. A part under the same number replaces the former one. */

import { checksumOfContent } from "../checksum/checksum.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, invalidArgument, invalidRequest, S3Error } from "../http/s3-error.ts";
import { document, element } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import { bytesContent, type Content, md5Of, sliceContent } from "../store/content.ts";
import type { MultipartUpload } from "../store/multipart.ts";
import type { Checksum } from "../store/object.ts";
import { bodyChecksum } from "./body-checksum.ts";
import type { Call, Operation } from "./call.ts";
import { checksumValueElement } from "./checksum-xml.ts";
import { copySource } from "./copy-source.ts";
import { customerKeyMd5 } from "./customer-key.ts";
import { checksumHeaders, encryptionHeaders } from "./object-headers.ts";
import { partNumberOf, writableUpload } from "./upload-find.ts";

/** 5 GiB. */
const partBytesMax = 5 * 1024 ** 3;

export const uploadPart: Operation = {
  name: "UploadPart",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const upload = writableUpload(call, bucket);
    const number = partNumberOf(call);
    demandSameCustomerKey(call, upload);
    const given = bodyChecksum(call);
    demandFittingChecksum(upload, given.sent ? given.value : undefined);
    const content = bytesContent(call.request.body);
    const checksum = given.sent ? given.value : checksumOfContent(upload.checksumAlgorithm ?? "CRC64NVME", content);
    const etag = storePart(call, upload, number, content, checksum);
    call.record(bucket, { key, detail: { uploadId: upload.id, part: String(number) } });
    return {
      status: 200,
      headers: { etag: `"${etag}"`, ...encryptionHeaders(upload.encryption), ...(given.sent ? checksumHeaders(given.value) : {}) },
    };
  },
};

export const uploadPartCopy: Operation = {
  name: "UploadPartCopy",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const upload = writableUpload(call, bucket);
    const number = partNumberOf(call);
    demandSameCustomerKey(call, upload);
    const source = copySource(call);
    const content = copiedRange(call, source.version.content);
    const checksum = checksumOfContent(upload.checksumAlgorithm ?? "CRC64NVME", content);
    const etag = storePart(call, upload, number, content, checksum);
    call.record(bucket, {
      key,
      detail: {
        uploadId: upload.id,
        part: String(number),
        source: `${source.bucket.name}/${source.key}`,
        sourceVersionId: source.version.versionId,
      },
    });
    return {
      status: 200,
      headers: {
        ...encryptionHeaders(upload.encryption),
        ...(source.bucket.versioning === undefined ? {} : { "x-amz-copy-source-version-id": source.version.versionId }),
      },
      body: document(
        "CopyPartResult",
        element("LastModified", isoDate(call.world.now())) + element("ETag", `"${etag}"`) + checksumValueElement(checksum),
      ),
    };
  },
};

function storePart(call: Call, upload: MultipartUpload, number: number, content: Content, checksum: Checksum | undefined): string {
  const etag = md5Of(content);
  upload.parts.set(number, { number, content, etag, lastModified: call.world.now(), checksum });
  return etag;
}

/** `bytes=first-last`, both ends given and inside the source. */
function copiedRange(call: Call, content: Content): Content {
  const header = call.header("x-amz-copy-source-range");
  if (header === undefined) {
    if (content.size > partBytesMax)
      throw invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
    return content;
  }
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (match === null) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      header,
    );
  }
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (last < first || last >= content.size) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${content.size}`, "x-amz-copy-source-range", header);
  }
  if (last - first + 1 > partBytesMax) throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  return sliceContent(content, first, last - first + 1);
}

function demandSameCustomerKey(call: Call, upload: MultipartUpload): void {
  const given = customerKeyMd5(call);
  if (upload.encryption.kind !== "SSE-C") {
    if (given !== undefined)
      throw invalidRequest(
        "The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.",
      );
    return;
  }
  if (given === undefined) {
    throw invalidRequest(
      "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
    );
  }
  if (given !== upload.encryption.keyMd5) throw accessDenied();
}

function demandFittingChecksum(upload: MultipartUpload, sent: Checksum | undefined): void {
  if (upload.checksumAlgorithm === undefined || sent === undefined || sent.algorithm === upload.checksumAlgorithm) return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${sent.algorithm.toLowerCase()}`,
  );
}
