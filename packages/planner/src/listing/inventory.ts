// `quitclaim inventory`: a report by listing, for buckets that have none and for servers that cannot make one.
import { LISTED_FILE_ROWS_MAX } from "../limits.ts";
import type { AclReader, AclTally } from "./acls.ts";
import { type ListingProgress, listVersions } from "./lister.ts";
import type { ListedVersion, ListPage } from "./page.ts";
import { type ReportDestination, type ReportRow, ReportWriter } from "./report.ts";

export interface InventoryProgress {
  readonly listing: ListingProgress;
  /** undefined: ACLs are not read. */
  readonly acls: AclTally | undefined;
}

export interface InventoryOptions {
  readonly listPage: ListPage;
  readonly bucket: string;
  /** Canonical ID. */
  readonly bucketOwner: string;
  readonly versioned: boolean;
  readonly destination: ReportDestination;
  readonly destinationBucket: string;
  /** "", or a prefix in that bucket that ends in a slash. */
  readonly destinationPrefix: string;
  /** Listing requests in flight at most. */
  readonly concurrency: number;
  /** Reads the ACLs of foreign objects. Left out: the report has no ACL column. */
  readonly acls?: AclReader | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: InventoryProgress) => void;
}

export interface InventoryResult extends InventoryProgress {
  /** The manifest's path below the destination. */
  readonly manifest: string;
  readonly rows: number;
  readonly files: number;
}

/** Lists the bucket and writes the report. Cut off, it leaves no manifest. */
export async function makeInventory(options: InventoryOptions): Promise<InventoryResult> {
  const { acls, bucketOwner, versioned, onProgress } = options;
  const writer = new ReportWriter({
    destination: options.destination,
    sourceBucket: options.bucket,
    destinationBucket: options.destinationBucket,
    destinationPrefix: options.destinationPrefix,
    versioned,
    created: Date.now(),
    fileRows: LISTED_FILE_ROWS_MAX,
    withAcl: acls !== undefined,
  });
  const withAcl = async (version: ListedVersion): Promise<ReportRow> =>
    acls === undefined || version.isDeleteMarker || version.owner === bucketOwner ? version : { ...version, acl: await acls.read(version) };
  const listing = await listVersions<ReportRow>({
    listPage: options.listPage,
    concurrency: options.concurrency,
    signal: options.signal,
    complete: (versions) => (acls === undefined ? versions : Promise.all(versions.map(withAcl))),
    onVersions: (rows) => writer.add(rows),
    ...(onProgress === undefined ? {} : { onProgress: (p: ListingProgress) => onProgress({ listing: p, acls: acls?.tally }) }),
  });
  const report = await writer.finish();
  if (report.rows !== listing.versions) throw new Error(`${listing.versions} versions were listed but ${report.rows} written`);
  return { ...report, listing, acls: acls?.tally };
}
