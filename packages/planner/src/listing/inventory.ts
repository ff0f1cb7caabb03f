// `quitclaim inventory`: a report by listing, for buckets that have none and for servers that cannot make one (issue 3, point 8).
import type { CanonicalId, Grant } from "@quitclaim/campaign";
import { type ListingProgress, listVersions } from "./lister.ts";
import type { ListedVersion, ListPage } from "./page.ts";
import { type ReportDestination, type ReportRow, ReportWriter } from "./report.ts";

export interface InventoryOptions {
  readonly listPage: ListPage;
  readonly bucket: string;
  readonly bucketOwner: CanonicalId;
  readonly versioned: boolean;
  readonly destination: ReportDestination;
  readonly destinationBucket: string;
  readonly concurrency: number;
  /** Reads the ACL of a foreign object; undefined where nobody may. Absent: the report has no ACL column. */
  readonly readAcl?: (version: ListedVersion) => Promise<readonly Grant[] | undefined>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ListingProgress) => void;
}

/** Rows in one data file: some 40 MB of Parquet. */
const FILE_ROWS = 250_000;

/** Lists the bucket and writes the report; answers the manifest's path below the destination. Cut off, it leaves no manifest. */
export async function makeInventory(
  options: InventoryOptions,
): Promise<{ manifest: string; rows: number; files: number; listing: ListingProgress }> {
  const { readAcl, bucketOwner, versioned, concurrency } = options;
  const writer = new ReportWriter({
    destination: options.destination,
    sourceBucket: options.bucket,
    destinationBucket: options.destinationBucket,
    versioned,
    created: Date.now(),
    fileRows: FILE_ROWS,
    withAcl: readAcl !== undefined,
  });
  const withAcl = async (version: ListedVersion): Promise<ReportRow> => {
    if (readAcl === undefined || version.isDeleteMarker || version.owner === bucketOwner) return version;
    return { ...version, acl: await readAcl(version) };
  };
  const listing = await listVersions({
    listPage: options.listPage,
    concurrency,
    signal: options.signal,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    onVersions: async (versions) => {
      for (let i = 0; i < versions.length; i += concurrency)
        await writer.add(await Promise.all(versions.slice(i, i + concurrency).map(withAcl)));
    },
  });
  const report = await writer.finish();
  if (report.rows !== listing.versions) throw new Error(`${listing.versions} versions were listed but ${report.rows} written`);
  return { ...report, listing };
}
