// Instead of the triage, where one object is asked about: every row is looked at in full, and of the rows with that key it is kept what they say and what was decided.
import type { Action } from "@quitclaim/campaign";
import type { Grant } from "@quitclaim/campaign/words";
import { type Decision, decide, needsOnlySwitch } from "../decide/decide.ts";
import type { RowFacts } from "../decide/facts.ts";
import { actionFor, type RulePassedOver, rulesPassedOver } from "../decide/rules.ts";
import type { DecisionSettings } from "../decide/settings.ts";
import { type AclCell, type OwnerCell, Triage } from "./triage.ts";

export interface Wanted {
  /** Raw, not encoded. */
  readonly key: string;
  /** "null" is the null version; undefined: every version. */
  readonly versionId: string | undefined;
}

/** One row of the report with the wanted key. Plain data, because it crosses from thread to thread. */
export interface WitnessedVersion {
  /** The data file's key, and the row within it, from 1. */
  readonly file: string;
  readonly row: number;
  /** null: the report has no versions; "null": the null version. */
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly facts: Omit<RowFacts, "key">;
  /** The ACL's grants as the report has them; null where they are not known. */
  readonly aclGrants: readonly Grant[] | null;
  readonly decision: Decision;
  /** The rule that was asked last, or the default (line undefined); undefined where a decision fell before any rule was asked. */
  readonly rule: { readonly do: Action; readonly line: number | undefined } | undefined;
  readonly passedOver: readonly RulePassedOver[];
  readonly switchAlone: boolean;
}

export class Witness extends Triage {
  override readonly whole = true;
  readonly found: WitnessedVersion[] = [];
  /** Of the object that is asked about. */
  readonly key: string;
  readonly #settings: DecisionSettings;
  readonly #file: string;
  readonly #key: Buffer;
  readonly #versionId: string | undefined;

  constructor(settings: DecisionSettings, file: string, wanted: Wanted) {
    super(settings, file, () => {
      throw new Error(`${file}: a row was packed where nothing is planned`);
    });
    this.key = wanted.key;
    this.#settings = settings;
    this.#file = file;
    this.#key = Buffer.from(wanted.key);
    this.#versionId = wanted.versionId;
  }

  /** So many rows, none of which is about that object. */
  passOver(rows: number): void {
    this.tally.total.rows += rows;
  }

  override foreign(owner: OwnerCell, acl: AclCell): void {
    this.tally.total.rows++;
    const { row } = this;
    const { bytes, start, end } = row.keyBytes;
    if (end - start !== this.#key.length || this.#key.compare(bytes, start, end) !== 0) return;
    const versionId = row.version.start < 0 ? null : row.version.text();
    if (this.#versionId !== undefined && this.#versionId !== versionId) return;
    row.owner = owner.owner;
    row.acl = acl.use(owner, this.#settings).weighed;
    const { actions, reportCreated } = this.#settings;
    const decision = decide(row, this.#settings);
    const asked = !row.isDeleteMarker && owner.owner.kind === "account" && row.acl.state !== "unreadable";
    const { isDeleteMarker, isLatest, size, sizeKnown, lastModified, storageClass, encryption, accessTier, lockMode, legalHold } = row;
    const rule = asked ? actionFor(row, actions, reportCreated) : undefined;
    this.found.push({
      file: this.#file,
      row: row.number,
      versionId,
      etag: row.etag.start < 0 ? null : row.etag.text(),
      facts: {
        owner: row.owner,
        acl: row.acl,
        ...{ isDeleteMarker, isLatest, size, sizeKnown, lastModified, storageClass, encryption, accessTier, lockMode, legalHold },
      },
      aclGrants: acl.acl.state === "known" ? acl.acl.grants : null,
      decision,
      rule: rule === undefined ? undefined : { do: rule.action, line: rule.line },
      passedOver: asked ? rulesPassedOver(row, actions, reportCreated) : [],
      switchAlone: owner.owner.kind !== "bucket-owner" && !isDeleteMarker && owner.owner.id !== "" && needsOnlySwitch(row),
    });
  }
}
