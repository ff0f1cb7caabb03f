// Gathers the facts: the store's part of them, the bucket's settings, and bounded samples of its objects. Changes nothing anywhere.
import { type AccountId, assertPlanConserved, type CampaignStore, type CanonicalId, type PlanSummary, readJson } from "@quitclaim/campaign";
import { readFence } from "../fence/record.ts";
import { mapInFlight } from "../in-flight.ts";
import { ARRIVAL_PAGES_MAX, KMS_SAMPLE_MAX } from "../limits.ts";
import { GRANT_POLICY_PATH, PLAN_PATH, THIRD_PARTY_PATH } from "../paths.ts";
import { type PolicyDocument, statementList } from "../policy/document.ts";
import type { OnProgress } from "../progress.ts";
import { sampleHeld } from "../sample/held.ts";
import { sampleRows, type WorkRow } from "../sample/rows.ts";
import { workTotals } from "../sample/totals.ts";
import { readSwitch } from "../switch/journal.ts";
import { versionOf } from "../switch/read-object.ts";
import type { Target } from "../target.ts";
import { scanAccessLogs } from "./access-logs/scan.ts";
import type { Facts, GrantRow, KnownAccount } from "./facts.ts";
import { lookAtKeys, type ObjectToLookAt, underKms } from "./kms.ts";
import { findLogSources } from "./log-sources.ts";
import { lookAround } from "./look-around.ts";
import { reading } from "./reading.ts";
import { readSettings } from "./settings.ts";

export interface GatherOptions {
  /** limits.inventoryAgeHours of the campaign file. */
  readonly inventoryAgeHours: number;
  /** Local folder of server access logs or CloudTrail files. */
  readonly accessLogs?: string;
  readonly now?: () => number;
  readonly onProgress?: OnProgress;
}

export async function gatherFacts(target: Target, store: CampaignStore, options: GatherOptions): Promise<Facts> {
  const at = (options.now ?? Date.now)();
  const [plan, fence, journal, grantPolicy, grantRows] = await Promise.all([
    readJson<PlanSummary>(store, PLAN_PATH),
    readFence(store),
    readSwitch(store),
    readJson<PolicyDocument>(store, GRANT_POLICY_PATH),
    readJson<readonly GrantRow[]>(store, THIRD_PARTY_PATH),
  ]);
  if (plan !== undefined) assertPlanConserved(plan, `${store.location}: ${PLAN_PATH}`);
  const [settings, samples, totals, aclUse, region] = await Promise.all([
    readSettings(target),
    plan === undefined ? Promise.resolve({ kms: [], any: [] }) : sampleObjects(store, plan),
    plan === undefined ? Promise.resolve([]) : workTotals(store, plan, options.onProgress),
    options.accessLogs === undefined ? Promise.resolve(undefined) : scanAccessLogs(options.accessLogs, target.bucket, options.onProgress),
    target.client.config.region(),
  ]);
  options.onProgress?.({ what: "looking at objects", done: 0 });
  const startKeys = samples.any.slice(0, ARRIVAL_PAGES_MAX).map((r) => r.plan.key);
  const [listed, logSources] = await Promise.all([
    plan === undefined ? Promise.resolve(undefined) : reading(lookAround(target, Date.parse(plan.provenance.reportCreated), startKeys)),
    target.dialect === "rgw"
      ? Promise.resolve({ ok: true as const, value: { looked: 0, buckets: [], limits: "" } })
      : reading(findLogSources(target)),
  ]);
  const sampled = new Set(samples.kms.map((o) => `${o.version ?? "null"} ${o.key}`));
  const around = listed?.ok === true ? listed.value.foreign.filter((f) => !sampled.has(`${f.version} ${f.key}`)) : [];
  const kms = await lookAtKeys(target, [...samples.kms, ...around.map((f) => ({ ...f, underKms: false }))]);
  return {
    bucket: target.bucket,
    region,
    ownerAccountId: target.ownerAccountId,
    ownerCanonicalId: target.ownerCanonicalId,
    dialect: target.dialect,
    at,
    inventoryAgeHours: options.inventoryAgeHours,
    accounts: plan === undefined ? [] : knownAccounts(plan),
    plan,
    totals,
    fence,
    switched: journal?.stage === "switched",
    grants: grantRows ?? (plan?.thirdPartyGrantees ?? []).map((g) => ({ ...g, prefixes: null, keys: null })),
    grantStatements: grantPolicy === undefined ? [] : statementList(grantPolicy),
    settings,
    arrivals: listed?.ok === true ? { ok: true, value: listed.value.arrivals } : listed,
    kms,
    reportHasVersions: samples.any.length === 0 ? "unknown" : samples.any.some((r) => r.plan.versionId !== null) ? "yes" : "no",
    logSources,
    aclUse,
  };
}

const knownAccounts = (plan: PlanSummary): KnownAccount[] =>
  Object.entries(plan.accounts).map(([id, account]) => ({
    id: id as AccountId,
    name: account.name,
    canonicalId: account.canonicalId as CanonicalId,
    objects: account.rows - account.deleteMarkers,
  }));

/** Planned and held objects under KMS, and planned rows of any kind. */
async function sampleObjects(store: CampaignStore, plan: PlanSummary): Promise<{ kms: ObjectToLookAt[]; any: WorkRow[] }> {
  const accounts = Object.entries(plan.accounts).filter(([, counts]) => counts.parts > 0);
  const perGroup = Math.max(2, Math.ceil(KMS_SAMPLE_MAX / Math.max(1, accounts.length)));
  const [sampled, held] = await Promise.all([
    mapInFlight(accounts, 4, ([id, counts]) =>
      sampleRows(store, id as AccountId, counts, { group: (row) => (underKms(row.plan) ? "kms" : "other"), perGroup }),
    ),
    sampleHeld(store, underKms, perGroup),
  ]);
  // One account after the other would look at the first accounts only.
  const any = interleave(sampled);
  const planned = any.filter((row) => underKms(row.plan)).map((row) => ({ key: row.plan.key, version: versionOf(row), underKms: true }));
  const waiting = held.map((row) => ({ key: row.key, version: row.versionId, underKms: true }));
  return { kms: interleave([planned, waiting]).slice(0, KMS_SAMPLE_MAX), any };
}

function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((l) => l.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((l) => (i < l.length ? [l[i] as T] : []))).flat();
}
