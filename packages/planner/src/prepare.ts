// What plan and explain begin with: the report that the campaign names, proven to be whole and about this bucket, and the settings that its rows are decided by.
import type { CampaignConfig } from "@quitclaim/campaign";
import type { DecisionSettings } from "./decide/settings.ts";
import { type Identities, identify, type ProveIdentity } from "./identity.ts";
import { type Manifest, readManifest, reportAge } from "./source/manifest.ts";
import { type DataLocation, type ObjectReader, openReport } from "./source/source.ts";

export interface PrepareOptions {
  readonly config: CampaignConfig;
  /** Reads s3:// manifests and their data files. */
  readonly reader?: ObjectReader | undefined;
  /** For accounts whose canonical ID is not in the campaign file. */
  readonly prove?: ProveIdentity | undefined;
  /** Take a report that is older than limits.inventoryAgeHours, or begins hours from now. */
  readonly ignoreAge?: boolean | undefined;
}

export interface Prepared {
  /** For people: a path or an s3:// URL. */
  readonly where: string;
  readonly manifest: Manifest;
  /** Of the report, to a tenth. */
  readonly ageHours: number;
  readonly identities: Identities;
  /** Of the manifest's data files, in their order. */
  readonly locations: readonly DataLocation[];
  readonly settings: DecisionSettings;
}

/** Rejects with PlanError where the report cannot be relied on, or an owner is not known. `now`: epoch milliseconds. */
export async function prepare(options: PrepareOptions, now: number): Promise<Prepared> {
  const { config } = options;
  const source = openReport({ manifest: config.inventory.manifest, root: config.inventory.root, reader: options.reader });
  const manifest = await readManifest(source, config.bucket.name);
  const ageHours = reportAge(manifest, source.manifest, now, config.limits.inventoryAgeHours, options.ignoreAge === true);
  const identities = await identify(config, options.prove);
  const locations = await source.locate(manifest.files.map((file) => file.key));
  const settings: DecisionSettings = {
    bucket: config.bucket.name,
    bucketOwner: identities.bucketOwner,
    accounts: identities.accounts.map(({ id, canonicalId }) => ({ id, canonicalId })),
    actions: config.actions,
    reportCreated: manifest.created,
  };
  return { where: source.manifest, manifest, ageHours, identities, locations, settings };
}
