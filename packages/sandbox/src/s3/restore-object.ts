/** RestoreObject: the copy of an archived object is readable at once, for the days asked. */
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { isArchived, isRestored } from "./archive.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";

const dayMs = 86_400_000;

export const restoreObject: Operation = {
  name: "RestoreObject",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const version = existing(call, {
      bucket,
      key,
      versionId: call.versionId(),
      actions: ["s3:RestoreObject", "s3:RestoreObject"],
      currentMarker: 405,
    });
    if (!isArchived(version)) {
      throw new S3Error(403, "InvalidObjectState", "Restore is not allowed for the object's current storage class", {
        details: { StorageClass: version.storageClass },
      });
    }
    const days = Number(childText(readXml(call.request.body), "Days") ?? (version.archiveTier === undefined ? Number.NaN : 1));
    if (!Number.isInteger(days) || days < 1) throw malformedXml();
    const again = isRestored(version, call.world.now());
    version.restore = { expiresAt: call.world.now() + days * dayMs };
    const status = again ? 200 : 202;
    call.record(bucket, { key, versionId: version.versionId, detail: { days: String(days) } }, status);
    return { status };
  },
};
