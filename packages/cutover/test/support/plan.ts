// Plans and ledgers as the planner and the workers leave them, written with the campaign's own writers.
import {
  accountId,
  type BatchRef,
  type CampaignStore,
  canonicalId,
  createLedger,
  emptyCounts,
  jsonBytes,
  type Outcome,
  objectKey,
  type PlanAccount,
  type PlanRow,
  type PlanSummary,
  PlanWriter,
  type ResultRow,
  type ThirdPartyGrantee,
  versionId,
} from "@quitclaim/campaign";
import type { AccountSpec } from "@quitclaim/sandbox";

export interface PlannedObject {
  readonly key: string;
  readonly version?: string;
  readonly op?: PlanRow["op"];
  readonly isLatest?: boolean;
  readonly encryption?: string;
  readonly grants?: string;
  /** undefined: not worked on yet. */
  readonly outcome?: Outcome;
  readonly code?: string;
  readonly newVersion?: string;
}

export interface PlanFacts {
  readonly bucket: string;
  readonly owner: AccountSpec;
  readonly objects: ReadonlyMap<AccountSpec, readonly PlannedObject[]>;
  readonly thirdParties?: readonly ThirdPartyGrantee[];
  readonly held?: PlanSummary["held"];
  readonly columnsAbsent?: readonly string[];
  /** Objects whose ACL the report does not tell. */
  readonly grantsUnknown?: NonNullable<PlanSummary["grantsUnknown"]>;
  /** ISO 8601; now unless given. */
  readonly reportCreated?: string;
}

/** Replaces the store's plan and ledger by these. Each operation of an account is one batch. */
export async function writePlan(store: CampaignStore, facts: PlanFacts): Promise<void> {
  for (const folder of ["plan", "results"]) await store.remove(folder);
  const accounts: Record<string, PlanAccount> = {};
  const total = emptyCounts();
  for (const [account, objects] of facts.objects) {
    const id = accountId(account.accountId);
    const writer = new PlanWriter(store, id);
    const counts = emptyCounts();
    const batches: { ref: BatchRef; objects: readonly PlannedObject[] }[] = [];
    for (const op of ["acl", "copy", "reencrypt"] as const) {
      const of = objects.filter((o) => (o.op ?? "acl") === op);
      if (of.length === 0) continue;
      await writer.add(of.map((o) => planRow(o, account, op)));
      batches.push({ ref: { account: id, part: 0, rowGroup: batches.length, rows: of.length, op }, objects: of });
      counts.planned[op] = of.length;
      total.planned[op] = (total.planned[op] ?? 0) + of.length;
    }
    const { parts, batches: written } = await writer.finish();
    counts.rows = objects.length;
    total.rows += objects.length;
    accounts[id] = { ...counts, canonicalId: canonicalId(account.canonicalId), name: account.name, parts, batches: written };
    for (const batch of batches)
      if (batch.objects.every((o) => o.outcome !== undefined))
        await createLedger(
          store,
          batch.ref,
          batch.objects.map((o) => resultRow(o, batch.ref.op)),
        );
  }
  for (const [reason, n] of Object.entries(facts.held ?? {})) {
    total.held[reason as keyof typeof total.held] = n ?? 0;
    total.rows += n ?? 0;
  }
  const plan: PlanSummary = {
    ...total,
    version: 1,
    campaign: "test",
    bucket: facts.bucket,
    bucketOwner: canonicalId(facts.owner.canonicalId),
    switchAlone: 0,
    thirdPartyGrantees: [...(facts.thirdParties ?? [])],
    ...(facts.grantsUnknown === undefined ? {} : { grantsUnknown: facts.grantsUnknown }),
    accounts,
    unmappedOwners: [],
    forecast: { requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 },
    provenance: {
      manifest: "inventory/manifest.json",
      manifestMd5: "0".repeat(32),
      sourceBucket: facts.bucket,
      fileFormat: "CSV",
      reportCreated: facts.reportCreated ?? new Date().toISOString(),
      files: [],
      plannedAt: new Date().toISOString(),
      ageHours: 0,
      ...(facts.columnsAbsent === undefined ? {} : { columnsAbsent: [...facts.columnsAbsent] }),
    },
  };
  await store.write("plan/plan.json", jsonBytes(plan));
}

function planRow(object: PlannedObject, account: AccountSpec, op: PlanRow["op"]): PlanRow {
  return {
    key: objectKey(object.key),
    versionId: object.version === undefined ? null : versionId(object.version),
    isLatest: object.isLatest ?? true,
    size: 10,
    etag: null,
    lastModified: null,
    storageClass: "STANDARD",
    encryption: object.encryption ?? "SSE-S3",
    owner: canonicalId(account.canonicalId),
    op,
    grants: object.grants ?? null,
    formerAcl: null,
  };
}

function resultRow(object: PlannedObject, op: PlanRow["op"]): ResultRow {
  return {
    key: objectKey(object.key),
    versionId: object.version === undefined ? null : versionId(object.version),
    op,
    outcome: object.outcome as Outcome,
    code: object.code ?? "",
    httpStatus: 200,
    requestId: "r",
    attempts: 1,
    at: Date.now(),
    newVersionId: object.newVersion === undefined ? null : versionId(object.newVersion),
    detail: "",
  };
}
