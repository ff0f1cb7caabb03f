// Where a report lies: in a local folder that stands for the root of the inventory's destination bucket, or in that bucket itself.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PlanError } from "../error.ts";
import { localSource } from "./local.ts";
import { remoteSource } from "./remote.ts";

/** Reads s3:// URLs; the command line wires it to the bucket owner's session. Every method rejects with a sentence that names the URL. */
export interface ObjectReader {
  /** The whole object as it arrives. */
  read(url: string): AsyncIterable<Uint8Array>;
  /** Bytes; undefined where there is no such object. */
  size(url: string): Promise<number | undefined>;
  /** Bytes [start, end). */
  readRange(url: string, start: number, end: number): Promise<Uint8Array>;
}

export type DataLocation = { readonly kind: "local"; readonly path: string } | { readonly kind: "remote"; readonly url: string };

export interface ReportSource {
  /** For people: a path or an s3:// URL. */
  readonly manifest: string;
  /** A file beside the manifest, the manifest itself included; undefined where it does not exist. */
  readBeside(name: "manifest.json" | "manifest.checksum"): Promise<Uint8Array | undefined>;
  /** Where the data files with these keys lie, in the same order. Rejects with PlanError where that cannot be told. */
  locate(keys: readonly string[]): Promise<DataLocation[]>;
}

/** `manifest`: a path or s3:// URL of a manifest.json. */
export function openReport(options: {
  readonly manifest: string;
  readonly root?: string | undefined;
  readonly reader?: ObjectReader | undefined;
}): ReportSource {
  if (!options.manifest.startsWith("s3://")) {
    const path = options.manifest.startsWith("file://") ? fileURLToPath(options.manifest) : options.manifest;
    return localSource(resolve(path), options.root);
  }
  if (options.reader === undefined) throw new PlanError("manifest-missing", `${options.manifest}: nothing here can read s3:// URLs`);
  return remoteSource(options.manifest, options.reader);
}

/** Data file keys come from outside; one that climbs out of the bucket's root is refused. */
export function assertPlainKey(key: string, manifest: string): void {
  if (key === "" || key.startsWith("/") || key.includes("\\") || key.split("/").includes("..")) {
    throw new PlanError(
      "manifest-invalid",
      `${manifest} lists the data file ${JSON.stringify(key)}, which is no key that S3 Inventory writes.`,
    );
  }
}
