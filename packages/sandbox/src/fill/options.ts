/** What a filled bucket is to look like. */
import type { AccountSpec } from "../account/spec.ts";
import type { ObjectOwnership } from "../store/bucket.ts";

export interface FillOptions {
  /** Name of the bucket; it must not exist. */
  readonly bucket: string;
  /** Versions and delete markers together: the rows of the inventory report. */
  readonly objects: number;
  readonly seed: number;
  /** The bucket owner first, then the uploaders. */
  readonly accounts: readonly AccountSpec[];
  readonly region: string;
  /** Epoch milliseconds of the fill; no version is dated later than a minute before it. */
  readonly now: number;
  readonly versioning: boolean;
  /** Ownership setting the bucket has today; undefined: none was ever set. */
  readonly mode: Exclude<ObjectOwnership, "BucketOwnerEnforced"> | undefined;
}
