/** The upload a part, completion, abort or list is about. */
import { demand } from "../authorize.ts";
import { invalidArgument, noSuchUpload } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { MultipartUpload } from "../store/multipart.ts";
import type { Call } from "./call.ts";

/** 404 NoSuchUpload unless the id and the key belong together. */
export function uploadOf(call: Call, bucket: Bucket): MultipartUpload {
  const id = call.request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== call.objectKey()) throw noSuchUpload(id);
  return upload;
}

/**
 * The upload a part or the completion is about, the sender allowed to write: what creation said of the object (its ACL above
 * all) counts for the parts, which say nothing of it. Of an upload that is gone nothing is known to judge by: 404.
 */
export function writableUpload(call: Call, bucket: Bucket): MultipartUpload {
  if (call.principal.kind === "anonymous" && !bucket.uploads.has(call.request.query.get("uploadId") ?? "")) {
    demand(call, { action: "s3:PutObject", bucket, key: call.objectKey() });
  }
  const upload = uploadOf(call, bucket);
  demand(call, { action: "s3:PutObject", bucket, key: upload.key, context: upload.context });
  return upload;
}

/** The initiator needs only its own policies; anybody else the bucket's consent too. */
export function demandUploadAction(call: Call, bucket: Bucket, upload: MultipartUpload, action: string): void {
  const initiated = upload.initiator.canonicalId === call.canonicalId;
  demand(call, { action, bucket, key: upload.key, ownSideOnly: initiated });
}

/** 1 to 10,000. */
export function partNumberOf(call: Call): number {
  const text = call.request.query.get("partNumber") ?? "";
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) {
    throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
  }
  return number;
}
