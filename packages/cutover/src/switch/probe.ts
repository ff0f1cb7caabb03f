// The proof of the switch: objects of each account, read as the bucket owner. ACLs prove nothing any more (domain.md 0.6, 8.23).
import { setTimeout as pause } from "node:timers/promises";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { AccountId, CampaignStore, PlanSummary } from "@quitclaim/campaign";
import { call } from "../call.ts";
import { mapInFlight } from "../in-flight.ts";
import { PROBE_PATIENCE_MS, PROBE_PAUSE_MS, PROBES_PER_ACCOUNT, READS_IN_FLIGHT } from "../limits.ts";
import { underKms } from "../preflight/kms.ts";
import { Counting, type OnProgress } from "../progress.ts";
import { sampleRows } from "../sample/rows.ts";
import { addressed, type Target } from "../target.ts";
import { type ReadVerdict, readObject, versionOf } from "./read-object.ts";

export interface ProbeObject {
  /** An account's name, or "listing" where nothing is planned. */
  readonly from: string;
  readonly key: string;
  readonly versionId: string | null;
}

export interface ProbeReport {
  /** ISO 8601. */
  readonly at: string;
  readonly looked: number;
  readonly read: number;
  readonly gone: number;
  readonly archived: number;
  readonly customerKey: number;
  /** Readable but for their KMS key: the switch neither caused nor cures it. */
  readonly kms: readonly (ProbeObject & { readonly keyAccount: string })[];
  readonly failed: readonly (ProbeObject & { readonly why: string })[];
}

export interface ProbeOptions {
  readonly perAccount?: number;
  /** Milliseconds for which a refusal is tried again. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly now?: () => number;
}

/** For each account: current versions, noncurrent ones, and objects under KMS. Where nothing is planned, the first objects of the bucket. */
export async function chooseProbes(
  target: Target,
  store: CampaignStore,
  plan: PlanSummary,
  perAccount = PROBES_PER_ACCOUNT,
): Promise<ProbeObject[]> {
  const accounts = Object.entries(plan.accounts).filter(([, counts]) => counts.parts > 0);
  const rows = await mapInFlight(accounts, 4, async ([id, counts]) => {
    const sample = await sampleRows(store, id as AccountId, counts, {
      group: (row) => {
        if (row.result?.outcome === "vanished") return undefined;
        return underKms(row.plan) ? "kms" : row.plan.isLatest ? "current" : "noncurrent";
      },
      perGroup: perAccount,
    });
    return sample.map((row): ProbeObject => ({ from: counts.name, key: row.plan.key, versionId: versionOf(row) }));
  });
  const planned = rows.flat();
  if (planned.length > 0) return planned;
  const listed = await call("ListObjectsV2", target.bucket, () =>
    target.client.send(new ListObjectsV2Command({ ...addressed(target), MaxKeys: perAccount })),
  );
  return (listed.Contents ?? []).flatMap((o) => (o.Key === undefined ? [] : [{ from: "listing", key: o.Key, versionId: null }]));
}

export async function probe(target: Target, objects: readonly ProbeObject[], options: ProbeOptions = {}): Promise<ProbeReport> {
  const patience = options.patienceMs ?? PROBE_PATIENCE_MS;
  const counting = new Counting("reading objects as the bucket owner", options.onProgress, objects.length);
  const look = (object: ProbeObject): Promise<ReadVerdict> => readObject(target, object.key, object.versionId, options.signal);
  const verdicts = await mapInFlight(objects, READS_IN_FLIGHT, async (object) => {
    const verdict = await look(object);
    counting.add(1);
    return verdict;
  });
  // A switch takes a moment to reach every server of S3, so a refusal counts only when it lasts.
  for (let waited = 0; waited < patience && verdicts.some((v) => v.kind === "refused"); waited += PROBE_PAUSE_MS) {
    await pause(PROBE_PAUSE_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
    const again = [...verdicts.entries()].filter(([, v]) => v.kind === "refused");
    await mapInFlight(again, READS_IN_FLIGHT, async ([index]) => {
      verdicts[index] = await look(objects[index] as ProbeObject);
    });
  }
  const of = (kind: ReadVerdict["kind"]): number => verdicts.filter((v) => v.kind === kind).length;
  return {
    at: new Date((options.now ?? Date.now)()).toISOString(),
    looked: objects.length,
    read: of("read"),
    gone: of("gone"),
    archived: of("archived"),
    customerKey: of("customer-key"),
    kms: verdicts.flatMap((v, i) => (v.kind === "kms" ? [{ ...(objects[i] as ProbeObject), keyAccount: v.keyAccount ?? "unknown" }] : [])),
    failed: verdicts.flatMap((v, i) => (v.kind === "refused" ? [{ ...(objects[i] as ProbeObject), why: v.refused.message }] : [])),
  };
}
