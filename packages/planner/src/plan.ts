// From an inventory report to a plan. plan.json is written last: whatever ends this early, a full disk, a signal, kill -9, leaves no plan.
import {
  type AccountId,
  type CampaignStore,
  emptyCounts,
  HELD_REASONS,
  jsonBytes,
  OPS,
  type PlanAccount,
  type PlanCounts,
  type PlanSummary,
  readJson,
  StoreError,
  sum,
} from "@quitclaim/campaign";
import { claimPlan } from "./dataset/claim.ts";
import { Merge } from "./dataset/merge.ts";
import { assertSameSummary, comparing, hasResults, PLAN_JSON, removePlan } from "./dataset/stale.ts";
import { PlanError } from "./error.ts";
import { forecast } from "./forecast/forecast.ts";
import { pricesOf } from "./forecast/prices.ts";
import { grantTable } from "./grants/table.ts";
import { writeGrants } from "./grants/write.ts";
import type { Identities } from "./identity.ts";
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts";
import { type PlanProgress, progressOf } from "./progress.ts";
import type { FileResult } from "./scan/messages.ts";
import { scanFiles } from "./scan/scan.ts";
import { addTally, assertConserved, emptyTally, type Tally } from "./scan/tally.ts";
import { threadCount } from "./scan/thread-count.ts";
import { absentColumns } from "./source/columns.ts";
import { checkVersions, type Versioning } from "./source/versions.ts";
import { stopped, unlessStopped } from "./stopped.ts";

export interface PlanOptions extends PrepareOptions {
  readonly store: CampaignStore;
  /** Asks the bucket; called only where the report has no versions. */
  readonly versioning?: (() => Promise<Versioning>) | undefined;
  /** Plan from a report of current objects although the bucket keeps versions. */
  readonly currentOnly?: boolean | undefined;
  /** Plan although the report has ACLs that cannot be understood: foreign objects that have them are held. */
  readonly holdUnreadableAcls?: boolean | undefined;
  /** Scanning threads; as many as the machine has processors for and the report is worth where it is not given. */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
  /** Sentences about rows that are worth a look, as they are found. */
  readonly onNote?: ((sentence: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** Makes the plan, or rejects with PlanError (or StoreError) and leaves none. The same report and settings give the same bytes, whatever the number of threads. */
export async function plan(options: PlanOptions): Promise<PlanSummary> {
  const { store, signal } = options;
  const now = (options.now ?? Date.now)();
  const prepared = await unlessStopped(signal, prepare(options, now));
  const { where, manifest } = prepared;
  const versionsNote = await unlessStopped(signal, checkVersions(manifest, where, options.versioning, options.currentOnly === true));
  if (versionsNote !== undefined) options.onNote?.(versionsNote);
  for (const { name, cost } of absentColumns(manifest.columns)) options.onNote?.(`The report has no ${name}: ${cost}.`);
  if (await hasResults(store)) return comparedPlan(options, prepared, now);
  const claim = await claimPlan(store, now);
  try {
    await removePlan(claim.store);
    const summary = await writeDataset(options, prepared, claim.store, now);
    await claim.finish(jsonBytes(summary));
    return summary;
  } finally {
    // Where the store refuses this, the plan, or what stopped it, is what counts: a claim that stays behind stands in nobody's way.
    await claim.release().catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
  }
}

/** The plan that is there, where the new one is the same. */
async function comparedPlan(options: PlanOptions, prepared: Prepared, now: number): Promise<PlanSummary> {
  const { store } = options;
  const compared = comparing(store);
  const summary = await writeDataset(options, prepared, compared, now);
  await compared.check();
  const old = await readJson<PlanSummary>(store, PLAN_JSON);
  if (old !== undefined) {
    assertSameSummary(store, old, summary);
    return old;
  }
  await store.write(PLAN_JSON, jsonBytes(summary));
  return summary;
}

/** Everything of the plan but plan.json, whose content it answers. */
async function writeDataset(options: PlanOptions, prepared: Prepared, target: CampaignStore, now: number): Promise<PlanSummary> {
  const { config, signal } = options;
  const { where, manifest, ageHours, identities, locations, settings } = prepared;
  const merge = new Merge(target, config.limits.batchRows);
  const tally = emptyTally();
  const fileRows: number[] = [];
  await scanFiles(
    {
      job: { settings, format: manifest.format, columns: manifest.columns },
      files: manifest.files,
      locations,
      threads: options.threads ?? threadCount(manifest.files),
      reader: options.reader,
      signal,
      progress: progressOf(manifest, options.onProgress),
    },
    {
      chunk: (chunk) => merge.take(chunk),
      fileDone(index, result) {
        const file = manifest.files[index]?.key ?? "";
        if (result.tally.aclUnreadable > 0 && options.holdUnreadableAcls !== true) throw unreadableAcls(file, result);
        addTally(tally, result.tally, file);
        fileRows.push(result.rows);
        for (const note of result.notes) options.onNote?.(note);
      },
    },
  );
  const written = await merge.finish();
  assertConserved(tally, config.inventory.manifest);
  const table = grantTable(tally.grants.values());
  await writeGrants(target, config.bucket, table, {
    absent: manifest.columns.at.acl === undefined,
    unknown: tally.grantsUnknown,
  });

  const absent = absentColumns(manifest.columns);
  const accounts = accountSummaries(identities, tally, written);
  const summary: PlanSummary = {
    version: 1,
    campaign: config.campaign,
    bucket: config.bucket.name,
    bucketOwner: identities.bucketOwner,
    ...inOrder(tally.total),
    switchAlone: tally.switchAlone,
    thirdPartyGrantees: table.map(({ grantee, permission, objects, bytes }) => ({ grantee, permission, objects, bytes })),
    ...(tally.grantsUnknown.objects === 0 ? {} : { grantsUnknown: tally.grantsUnknown }),
    accounts,
    unmappedOwners: [...tally.unmapped]
      .map(([owner, { rows, bytes }]) => ({ owner, rows, bytes }))
      .sort((a, b) => b.rows - a.rows || (a.owner < b.owner ? -1 : 1)),
    forecast: forecast(tally, {
      prices: pricesOf(config.prices),
      requestsPerSecond: config.limits.requestsPerSecond,
      jobs: jobsOf(accounts),
    }),
    provenance: {
      manifest: where,
      manifestMd5: manifest.md5,
      sourceBucket: manifest.sourceBucket,
      fileFormat: manifest.format,
      reportCreated: new Date(manifest.created).toISOString(),
      files: manifest.files.map((file, i) => ({ ...file, rows: fileRows[i] ?? 0 })),
      plannedAt: new Date(now).toISOString(),
      ageHours,
      ...(absent.length === 0 ? {} : { columnsAbsent: absent.map(({ name }) => name) }),
    },
  };
  if (signal?.aborted === true) throw stopped();
  return summary;
}

/** What S3 writes can be understood; where it cannot, grants are lost sight of that the switch would end. */
const unreadableAcls = (file: string, { tally, notes }: FileResult): PlanError =>
  new PlanError(
    "acl-undecodable",
    `The data file ${file} has ${tally.aclUnreadable === 1 ? "an ACL" : `${tally.aclUnreadable} ACLs`} that cannot be understood: ` +
      `${notes.map((note) => note.slice(`Data file ${file}`.length + 2).replace(/ \([^()]*\)\.$/, "")).join("; ")}. ` +
      "Its MD5 is what the manifest says, so it was written like this. Plan from another report, or with --hold-unreadable-acls: foreign objects with such an ACL are then held for a person.",
  );

/** Ops and reasons in the order of their lists, not of the rows in which they first came up. */
function inOrder(counts: PlanCounts): PlanCounts {
  const pick = <K extends string>(names: readonly K[], from: Partial<Record<K, number>>): Partial<Record<K, number>> =>
    Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Partial<Record<K, number>>;
  return { ...counts, planned: pick(OPS, counts.planned), held: pick(HELD_REASONS, counts.held) };
}

/** Every configured account, in the order of the campaign file, with or without work. */
function accountSummaries(
  identities: Identities,
  tally: Tally,
  written: ReadonlyMap<AccountId, { parts: number; batches: number }>,
): Record<AccountId, PlanAccount> {
  const accounts: Record<AccountId, PlanAccount> = {};
  for (const { id, name, canonicalId } of identities.accounts) {
    const counts = tally.accounts.get(id) ?? emptyCounts();
    accounts[id] = { canonicalId, name, ...inOrder(counts), ...(written.get(id) ?? { parts: 0, batches: 0 }) };
  }
  const planned = Object.values(accounts).reduce((a, account) => a + sum(account.planned), 0);
  if (planned !== sum(tally.total.planned))
    throw new Error(`accounts have ${planned} planned rows, the report ${sum(tally.total.planned)}`);
  return accounts;
}

/** Batch Operations needs one job for each account and op (domain.md 6). */
const jobsOf = (accounts: Record<AccountId, PlanAccount>): number =>
  Object.values(accounts).reduce((a, account) => a + Object.keys(account.planned).length, 0);
