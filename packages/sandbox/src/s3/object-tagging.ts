/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging: the bucket owner's to grant, whoever owns the object. */
import type { Reply } from "../http/exchange.ts";
import { noTags } from "../store/intern.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";
import { versionHeader } from "./object-headers.ts";
import { readTagging, writeTagging } from "./tags.ts";

const tagsMax = 10;

export const getObjectTagging: Operation = {
  name: "GetObjectTagging",
  run(call: Call): Reply {
    const bucket = call.target();
    const version = existing(call, {
      bucket,
      key: call.objectKey(),
      versionId: call.versionId(),
      actions: ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
      currentMarker: 405,
    });
    return { status: 200, headers: versionHeader(bucket, version.versionId), body: writeTagging(version.tags) };
  },
};

export const putObjectTagging: Operation = {
  name: "PutObjectTagging",
  run: (call) => change(call, ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"], 200),
};

export const deleteObjectTagging: Operation = {
  name: "DeleteObjectTagging",
  run: (call) => change(call, ["s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"], 204),
};

function change(call: Call, actions: readonly [string, string], status: number): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const version = existing(call, { bucket, key, versionId: call.versionId(), actions, currentMarker: 405 });
  version.tags = status === 204 ? noTags : call.world.store.intern.tags(readTagging(call.request.body, tagsMax));
  call.record(bucket, { key, versionId: version.versionId, detail: { tags: String(version.tags.size) } }, status);
  return { status, headers: versionHeader(bucket, version.versionId) };
}
