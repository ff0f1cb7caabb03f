// A report in the bucket where S3 delivered it.
import { PlanError } from "../error.ts";
import { assertPlainKey, type DataLocation, type ObjectReader, type ReportSource } from "./source.ts";

/** A manifest of a billion objects lists a few thousand files; this much is read into memory at most. */
const BESIDE_BYTES_MAX = 64 * 1024 * 1024;

export function remoteSource(manifest: string, reader: ObjectReader): ReportSource {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(manifest);
  if (match === null) throw new PlanError("manifest-missing", `${manifest} is no URL of an object; write s3://bucket/…/manifest.json.`);
  const bucket = match[1] as string;
  const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);
  return {
    manifest,
    async readBeside(name) {
      const url = name === "manifest.json" ? manifest : folder + name;
      const size = await reader.size(url);
      if (size === undefined) return undefined;
      if (size > BESIDE_BYTES_MAX) throw new PlanError("manifest-invalid", `${url} has ${size} bytes: that is no ${name}.`);
      return reader.readRange(url, 0, size);
    },
    async locate(keys) {
      return keys.map((key): DataLocation => {
        assertPlainKey(key, manifest);
        return { kind: "remote", url: `s3://${bucket}/${key}` };
      });
    },
  };
}
