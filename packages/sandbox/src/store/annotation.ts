/** A named text beside an object version: up to 1,000 of them, each up to 1 MiB, under the object's own encryption. */
import type { Checksum } from "./object.ts";

export interface Annotation {
  readonly name: string;
  readonly bytes: Buffer;
  /** Hexadecimal MD5, without quotes. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly checksum: Checksum;
}

/** By name. Never changed in place, so that a copy may share it. */
export type Annotations = ReadonlyMap<string, Annotation>;
