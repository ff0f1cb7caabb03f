/** Get/PutObjectLockConfiguration of a bucket. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { child, childText, readXml } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import type { BucketLock } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";
import { lockMode } from "./write-lock.ts";

export const getObjectLockConfiguration: Operation = {
  name: "GetObjectLockConfiguration",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketObjectLockConfiguration", bucket });
    if (bucket.lock === undefined) {
      throw new S3Error(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", {
        details: { BucketName: bucket.name },
      });
    }
    const rule = bucket.lock.defaultRetention;
    const rules =
      rule === undefined
        ? ""
        : wrap("Rule", wrap("DefaultRetention", element("Mode", rule.mode) + element("Days", rule.days) + element("Years", rule.years)));
    return { status: 200, body: document("ObjectLockConfiguration", element("ObjectLockEnabled", "Enabled") + rules) };
  },
};

export const putObjectLockConfiguration: Operation = {
  name: "PutObjectLockConfiguration",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketObjectLockConfiguration", bucket });
    if (bucket.versioning !== "Enabled") {
      throw new S3Error(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    }
    bucket.lock = read(call.request.body);
    call.record(bucket, {});
    return { status: 200 };
  },
};

function read(body: Buffer): BucketLock {
  const root = readXml(body);
  if (root.name !== "ObjectLockConfiguration" || childText(root, "ObjectLockEnabled") !== "Enabled") throw malformedXml();
  const rule = child(root, "Rule");
  if (rule === undefined) return {};
  const retention = child(rule, "DefaultRetention");
  const mode = retention === undefined ? undefined : childText(retention, "Mode");
  const days = retention === undefined ? undefined : childText(retention, "Days");
  const years = retention === undefined ? undefined : childText(retention, "Years");
  if (mode === undefined || (days === undefined) === (years === undefined)) throw malformedXml();
  return { defaultRetention: { mode: lockMode(mode), days: positive(days), years: positive(years) } };
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new S3Error(400, "InvalidArgument", "Default retention period must be a positive integer value.");
  }
  return count;
}
