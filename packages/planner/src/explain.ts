// One object of the report: for each of its versions what the report says, which facts and which rule decided, and what would be done. Nothing is written.
import type { AccountId, Action, CanonicalId, Grant, HeldReason, Op } from "@quitclaim/campaign";
import { becauseOf, stepsOf } from "./decide/because.ts";
import type { RulePassedOver } from "./decide/rules.ts";
import { PlanError } from "./error.ts";
import { type PrepareOptions, prepare } from "./prepare.ts";
import { type PlanProgress, progressOf } from "./progress.ts";
import { scanFiles } from "./scan/scan.ts";
import { threadCount } from "./scan/thread-count.ts";
import type { WitnessedVersion } from "./scan/witness.ts";
import { unlessStopped } from "./stopped.ts";

export interface ExplainOptions extends Omit<PrepareOptions, "ignoreAge"> {
  /** Raw, as S3 has it: not encoded. */
  readonly key: string;
  /** "null" is the null version; every version where it is not given. */
  readonly versionId?: string | undefined;
  /** Scanning threads; as many as the machine has processors for and the report is worth where it is not given. */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface ExplainedVersion {
  /** Where the report says so: data file, and row within it from 1. */
  readonly row: { readonly file: string; readonly number: number };
  /** null: the report has no versions; "null": the null version. */
  readonly versionId: string | null;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  /** Bytes; null where the report does not say. */
  readonly size: number | null;
  readonly etag: string | null;
  /** ISO 8601. */
  readonly lastModified: string | null;
  readonly storageClass: string;
  readonly encryption: string;
  readonly accessTier: string;
  readonly lockMode: string;
  readonly legalHold: string;
  /** `account`: the one of this campaign that has this canonical ID; null where there is none. */
  readonly owner: { readonly canonicalId: CanonicalId; readonly account: AccountId | null; readonly isBucketOwner: boolean };
  /** `grants`: null where the ACL is not known. */
  readonly acl: {
    readonly state: "known" | "unknown" | "unreadable";
    readonly grants: readonly Grant[] | null;
    readonly thirdParty: readonly Grant[];
    readonly bucketOwnerHasFullControl: boolean;
  };
  readonly decision: "planned" | "held" | "skip" | "already-granted" | "own" | "delete-marker";
  readonly reason: HeldReason | null;
  /** What is done, or would be but for the reason to hold. */
  readonly op: Op | null;
  /** One sentence: the fact or rule that decided. */
  readonly because: string;
  /** The rule that chose the action; line null: actions.default. null: no rule was asked. */
  readonly rule: { readonly do: Action; readonly line: number | null } | null;
  /** Rules before it, and which condition of each did not hold. */
  readonly rulesPassedOver: readonly RulePassedOver[];
  /** Requests in their order, as sentences. */
  readonly steps: readonly string[];
  readonly switchAlone: boolean;
}

export interface Explanation {
  readonly bucket: string;
  readonly key: string;
  /** The one that was asked about; null: every one. */
  readonly versionId: string | null;
  readonly report: {
    readonly manifest: string;
    /** ISO 8601. */
    readonly created: string;
    readonly ageHours: number;
    readonly ageHoursMax: number;
    readonly rows: number;
    readonly hasVersions: boolean;
  };
  /** In the report's order; none where it has no such object. */
  readonly versions: readonly ExplainedVersion[];
}

/** Reads the whole report, because its rows are in no order, but for the stripes of ORC files that say of themselves that they have no such key. Rejects with PlanError as plan does, but for the report's age, which is told. */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { config, key, signal } = options;
  const prepared = await unlessStopped(signal, prepare({ ...options, ignoreAge: true }, (options.now ?? Date.now)()));
  const { where, manifest, ageHours, locations, settings } = prepared;
  const hasVersions = manifest.columns.at.versionId !== undefined;
  if (options.versionId !== undefined && !hasVersions) {
    throw new PlanError(
      "columns-missing",
      `The report ${where} lists current objects only, without version IDs, so it says nothing about version ${options.versionId}. Ask again without a version.`,
    );
  }
  const found: WitnessedVersion[] = [];
  let rows = 0;
  await scanFiles(
    {
      job: { settings, format: manifest.format, columns: manifest.columns, wanted: { key, versionId: options.versionId } },
      files: manifest.files,
      locations,
      threads: options.threads ?? threadCount(manifest.files),
      reader: options.reader,
      signal,
      progress: progressOf(manifest, options.onProgress),
    },
    {
      chunk: async () => undefined,
      fileDone(_, result) {
        rows += result.rows;
        found.push(...result.witnessed);
      },
    },
  );
  return {
    bucket: config.bucket.name,
    key,
    versionId: options.versionId ?? null,
    report: {
      manifest: where,
      created: new Date(manifest.created).toISOString(),
      ageHours,
      ageHoursMax: config.limits.inventoryAgeHours,
      rows,
      hasVersions,
    },
    versions: found.map((version) => explained(version, config.file)),
  };
}

function explained(version: WitnessedVersion, file: string): ExplainedVersion {
  const { facts, decision } = version;
  const { owner, acl } = facts;
  return {
    row: { file: version.file, number: version.row },
    versionId: version.versionId,
    isLatest: facts.isLatest,
    isDeleteMarker: facts.isDeleteMarker,
    size: facts.sizeKnown ? facts.size : null,
    etag: version.etag,
    lastModified: facts.lastModified === null ? null : new Date(facts.lastModified).toISOString(),
    storageClass: facts.storageClass,
    encryption: facts.encryption,
    accessTier: facts.accessTier,
    lockMode: facts.lockMode,
    legalHold: facts.legalHold,
    owner: {
      canonicalId: owner.id,
      account: owner.kind === "account" ? owner.account : null,
      isBucketOwner: owner.kind === "bucket-owner",
    },
    acl: { state: acl.state, grants: version.aclGrants, thirdParty: acl.thirdParty, bucketOwnerHasFullControl: acl.granted },
    decision: decision.what,
    reason: decision.what === "held" ? decision.reason : null,
    op: decision.what === "held" || decision.what === "planned" ? decision.op : null,
    because: becauseOf(version, file),
    rule: version.rule === undefined ? null : { do: version.rule.do, line: version.rule.line ?? null },
    rulesPassedOver: version.passedOver,
    steps: stepsOf(version),
    switchAlone: version.switchAlone,
  };
}
