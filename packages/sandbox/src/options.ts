/** Everything a sandbox can be started with. Nothing is read from the environment. */
import type { AccountSpec } from "./account/spec.ts";
import type { FaultSettings } from "./faults/settings.ts";
import type { InventoryFormat } from "./inventory/report.ts";
import type { ObjectOwnership } from "./store/bucket.ts";

/** Defaults of buckets made over HTTP: AWS's present ones (enforced, public access blocked) or those before April 2023. */
export type BucketDefaults = "current" | "legacy";

/** A bucket to fill before the sandbox answers. */
export interface FillRequest {
  /** Versions and delete markers together: the rows of a report. */
  readonly objects: number;
  /** Default `data-lake`. */
  readonly bucket?: string;
  /** Default on. */
  readonly versioning?: boolean;
  /** Ownership setting the bucket has today; default none was ever set. */
  readonly mode?: Exclude<ObjectOwnership, "BucketOwnerEnforced"> | undefined;
}

export interface SandboxOptions {
  /** Accounts, or how many to make from the seed; the first is the bucket owner. Default 4. */
  readonly accounts?: readonly AccountSpec[] | number;
  /** Decides accounts, contents and faults. Default 1. */
  readonly seed?: number;
  /** Give every made role an external ID. */
  readonly externalIds?: boolean;
  /** Default us-east-1. */
  readonly region?: string;
  /** 0, the default, takes any free port. The address is always 127.0.0.1. */
  readonly port?: number;
  readonly bucketDefaults?: BucketDefaults;
  /** Whether an enforced bucket takes PutObjectAcl with bucket-owner-full-control; AWS's papers disagree. Default false. */
  readonly enforcedAcceptsCanned?: boolean;
  readonly fill?: FillRequest;
  /** Reports to write of the filled bucket at the start. */
  readonly inventory?: readonly InventoryFormat[];
  /** Rows of one data file of a report; default 100,000. */
  readonly inventoryRowsPerFile?: number;
  readonly faults?: FaultSettings;
  /** Ends every session after so many seconds, whatever expiration STS answered. */
  readonly sessionSecondsMax?: number;
  /** Epoch milliseconds; the clock of signatures, sessions and objects. */
  readonly now?: () => number;
}
