// `quitclaim inventory`: builds a report by listing, where S3 Inventory is not at hand.
import { GetBucketVersioningCommand } from "@aws-sdk/client-s3";
import { LISTING_BYTES_MAX, leanListingCalls, openS3Blobs, openWire, parseS3Url } from "@quitclaim/aws";
import { openLocalStore } from "@quitclaim/campaign";
import { type AclReader, type InventoryProgress, type InventoryResult, makeInventory, Pace, versionLister } from "@quitclaim/planner";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign } from "../invocation.ts";
import { narrate } from "../output.ts";
import { Interrupted } from "../signals.ts";
import { openTarget } from "../target.ts";
import { aclReader } from "./inventory-acls.ts";

export interface InventoryFlags {
  /** Folder or s3://bucket/prefix that stands for the destination bucket. */
  readonly to: string;
  readonly concurrency: number;
  /** Read the ACLs of foreign objects too. */
  readonly acls: boolean;
}

export async function inventory(invocation: Invocation, flags: InventoryFlags): Promise<ExitCode> {
  const { output, signals } = invocation;
  if (flags.to === "" || /^s3:(?!\/\/[^/])/.test(flags.to))
    throw new CommandError(EXIT.usage, `--to names a folder, or s3://bucket/prefix, and ${JSON.stringify(flags.to)} is neither.`);
  const campaign = await openCampaign(invocation);
  const { bucket, limits } = campaign.config;
  const client = campaign.client(campaign.sessions.owner);
  signals.announce("stopping; without its manifest the report is none, the same command lists again. Once more to leave at once.");
  const target = await signals.until("drain", openTarget(campaign));
  const expectedOwner = bucket.dialect === "aws" ? { ExpectedBucketOwner: bucket.owner } : {};
  const asked = client.send(new GetBucketVersioningCommand({ Bucket: bucket.name, ...expectedOwner }));
  const versioned = (await signals.until("drain", asked)).Status !== undefined;
  const to = flags.to.replace(/(?<=.)\/+$/, "");
  const place = to.startsWith("s3://") ? parseS3Url(to) : undefined;
  const destination = place === undefined ? await openLocalStore(to) : openS3Blobs(client, to);
  const wire = openWire(campaign.s3, { connections: flags.concurrency, answerBytesMax: LISTING_BYTES_MAX });
  const pace = new Pace({ requestsPerSecond: limits.requestsPerSecond, atOnce: flags.concurrency });
  const calls = leanListingCalls(wire, {
    session: campaign.sessions.owner,
    ...(bucket.dialect === "aws" ? { expectedBucketOwner: bucket.owner } : {}),
  });
  let progress: InventoryProgress | undefined;
  let acls: AclReader | undefined;
  const narration = narrate(output, () => progressLine(progress, acls));
  const started = Date.now();
  const listing = async (): Promise<InventoryResult> => {
    if (flags.acls) acls = await signals.until("drain", aclReader(campaign, target, { wire, pace, versioned, signal: signals.drain }));
    return makeInventory({
      listPage: versionLister(calls, { bucket: bucket.name, pace }),
      bucket: bucket.name,
      bucketOwner: target.ownerCanonicalId,
      versioned,
      destination,
      destinationBucket: place?.bucket ?? "local",
      destinationPrefix: place === undefined || place.key === "" ? "" : `${place.key}/`,
      concurrency: flags.concurrency,
      acls,
      signal: signals.drain,
      onProgress: (p) => {
        progress = p;
      },
    });
  };
  const report = await signals
    .until("leaveNow", listing())
    .catch((error: unknown) => {
      if (!signals.drain.aborted) throw error;
      throw new Interrupted("listing was stopped before its end, and no manifest was written. The same command lists again.", {
        cause: error,
      });
    })
    .finally(() => {
      narration.stop();
      // Not waited for: who leaves at once leaves requests on their way.
      void wire.close();
    });
  const seconds = (Date.now() - started) / 1_000;
  const manifest = `${to}/${report.manifest}`;
  const { requests, empty, atOnce } = report.listing;
  output.result(
    {
      manifest,
      rows: report.rows,
      files: report.files,
      requests,
      emptyRequests: empty,
      requestsAtOnce: atOnce,
      seconds,
      acls: report.acls,
    },
    [
      `${count(report.rows)} versions in ${report.files} files, by ${count(requests)} listing requests (up to ${atOnce} at once) in ${seconds.toFixed(1)} s`,
      ...aclLines(report),
      `manifest: ${manifest}`,
      `Write it as inventory.manifest${place !== undefined ? "" : " (with inventory.root: the folder)"} in the campaign file, then: quitclaim plan`,
    ],
  );
  return EXIT.done;
}

const count = (n: number): string => n.toLocaleString("en");

function progressLine(progress: InventoryProgress | undefined, acls: AclReader | undefined): string {
  if (progress === undefined) return "listing…";
  const { versions, requests, inFlight } = progress.listing;
  const listed = `${count(versions)} versions listed in ${count(requests)} requests, ${inFlight} in flight`;
  if (acls === undefined) return listed;
  const { read, unread } = acls.tally;
  return `${listed}; ${count(read)} ACLs read${unread === 0 ? "" : `, ${count(unread)} that nobody may read`}`;
}

/** What the report knows of ACLs, and what follows from what it does not. */
function aclLines({ acls }: InventoryResult): string[] {
  if (acls === undefined)
    return [
      "It has no ACLs: nothing can be counted as already granted, and others' grants are unknown, so that workers read each ACL before they merge. --acls reads those of foreign objects.",
    ];
  const lines = [
    `${count(acls.read)} ACLs of foreign objects${acls.gone === 0 ? "" : `; ${count(acls.gone)} were gone by then`}. The bucket owner's own were not read: grants to others on them are not in this report, and the switch ends those too.`,
  ];
  if (acls.unread > 0)
    lines.push(
      `${count(acls.unread)} ACLs could not be read and are left open (workers read them before they merge): ${acls.refused.map((r) => `${r.principal}: ${r.code}, ${r.message}`).join("; ")}`,
    );
  return lines;
}
