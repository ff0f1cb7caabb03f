// `quitclaim inventory`: builds a report by listing, where S3 Inventory is not at hand.
import { GetBucketVersioningCommand } from "@aws-sdk/client-s3";
import { openS3Blobs } from "@quitclaim/aws";
import { openLocalStore } from "@quitclaim/campaign";
import { makeInventory, versionLister } from "@quitclaim/planner";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign } from "../invocation.ts";
import { narrate } from "../output.ts";
import { Interrupted } from "../signals.ts";
import { openTarget } from "../target.ts";

export interface InventoryFlags {
  /** Folder or s3://bucket/prefix that stands for the destination bucket. */
  readonly to: string;
  readonly concurrency: number;
}

export async function inventory(invocation: Invocation, flags: InventoryFlags): Promise<ExitCode> {
  const { output, signals } = invocation;
  const campaign = await openCampaign(invocation);
  const { bucket } = campaign.config;
  const client = campaign.client(campaign.sessions.owner);
  const { ownerCanonicalId } = await openTarget(campaign);
  const expectedOwner = bucket.dialect === "aws" ? { ExpectedBucketOwner: bucket.owner } : {};
  const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: bucket.name, ...expectedOwner }));
  const inS3 = flags.to.startsWith("s3://");
  const destination = inS3 ? openS3Blobs(client, flags.to) : await openLocalStore(flags.to);
  let line = "listing…";
  const narration = narrate(output, () => line);
  const started = Date.now();
  signals.announce("stopping; without its manifest the report is none, the same command lists again. Once more to leave at once.");
  const listing = makeInventory({
    listPage: versionLister(client, { bucket: bucket.name, ...(bucket.dialect === "aws" ? { expectedOwner: bucket.owner } : {}) }),
    bucket: bucket.name,
    bucketOwner: ownerCanonicalId,
    versioned: versioning.Status !== undefined,
    destination,
    destinationBucket: inS3 ? (flags.to.slice("s3://".length).split("/")[0] ?? "") : "local",
    concurrency: flags.concurrency,
    signal: signals.drain,
    onProgress: (p) => {
      line = `${p.versions.toLocaleString("en")} versions listed in ${p.requests} requests, ${p.inFlight} in flight`;
    },
  });
  const report = await signals
    .until("leaveNow", listing)
    .catch((error: unknown) => {
      if (!signals.drain.aborted) throw error;
      throw new Interrupted("listing was stopped before its end, and no manifest was written. The same command lists again.", {
        cause: error,
      });
    })
    .finally(() => narration.stop());
  const seconds = (Date.now() - started) / 1_000;
  const manifest = `${flags.to.replace(/\/$/, "")}/${report.manifest}`;
  output.result(
    { manifest, rows: report.rows, files: report.files, requests: report.listing.requests, emptyRequests: report.listing.empty, seconds },
    [
      `${report.rows.toLocaleString("en")} versions in ${report.files} files, by ${report.listing.requests} requests in ${seconds.toFixed(1)} s`,
      `manifest: ${manifest}`,
      `Write it as inventory.manifest${inS3 ? "" : " (with inventory.root: the folder)"} in the campaign file, then: quitclaim plan`,
    ],
  );
  return EXIT.done;
}
