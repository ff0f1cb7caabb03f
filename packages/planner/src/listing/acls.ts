// ACLs of foreign objects, for reports made by listing. The bucket owner mostly may not read them (domain.md 2.6); the account that owns the object
// may, and the bucket owner where it was granted READ_ACP. Nothing is guessed: an ACL that could not be read is left open, and counted.
import type { AccessControlList, ListedVersion, ObjectCalls, Refusal } from "@quitclaim/aws";
import { canonicalId, type Grant } from "@quitclaim/campaign";
import { PlanError } from "../error.ts";
import { ACL_REFUSALS_MAX } from "../limits.ts";
import type { Pace } from "./pace.ts";
import { patiently } from "./patiently.ts";

type AclCalls = Pick<ObjectCalls, "getObjectAcl">;

/** Somebody who may be asked: an uploading account, or the bucket owner. */
export interface AclPrincipal {
  /** For people. */
  readonly name: string;
  readonly calls: AclCalls;
}

/** ACLs that a principal was refused, with the first refusal. */
export interface AclsRefused {
  readonly principal: string;
  objects: number;
  readonly code: string;
  readonly message: string;
}

export interface AclTally {
  read: number;
  /** Gone since they were listed. */
  gone: number;
  /** Nobody who was asked may read them: their cells are empty, and whoever merges has to read them first. */
  unread: number;
  readonly refused: readonly AclsRefused[];
}

export interface AclReaderOptions {
  readonly bucket: string;
  readonly bucketOwner: AclPrincipal;
  /** By canonical ID. */
  readonly uploaders: ReadonlyMap<string, AclPrincipal>;
  /** In a bucket without versions, requests name none. */
  readonly versioned: boolean;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

export class AclReader {
  readonly #options: AclReaderOptions;
  readonly #refused = new Map<AclPrincipal, AclsRefused>();
  /** Those who could read at least one. */
  readonly #able = new Set<AclPrincipal>();
  readonly #counts = { read: 0, gone: 0, unread: 0 };

  constructor(options: AclReaderOptions) {
    this.#options = options;
  }

  get tally(): AclTally {
    return { ...this.#counts, refused: [...this.#refused.values()] };
  }

  /** undefined where nobody may read it. Rejects with PlanError where the server does not answer, or with the signal's reason. */
  async read(version: ListedVersion): Promise<readonly Grant[] | undefined> {
    const { bucket, bucketOwner, uploaders, versioned, pace, signal } = this.#options;
    const uploader = version.owner === null ? undefined : uploaders.get(version.owner);
    const address = { bucket, key: version.key, ...(versioned ? { versionId: version.versionId } : {}) };
    for (const principal of uploader === undefined ? [bucketOwner] : [uploader, bucketOwner]) {
      if (!this.#able.has(principal) && (this.#refused.get(principal)?.objects ?? 0) >= ACL_REFUSALS_MAX) continue;
      const answer = await patiently(pace, signal, () => principal.calls.getObjectAcl(address, signal));
      if (answer.ok) {
        this.#able.add(principal);
        this.#counts.read++;
        return grantsOf(answer.value);
      }
      if (answer.kind === "gone") {
        this.#counts.gone++;
        return undefined;
      }
      if (answer.kind !== "denied" && answer.kind !== "failed") throw unanswered(version, principal, answer);
      this.#refuse(principal, answer);
    }
    this.#counts.unread++;
    return undefined;
  }

  #refuse(principal: AclPrincipal, { code, message }: Refusal): void {
    const known = this.#refused.get(principal);
    if (known !== undefined) known.objects++;
    else this.#refused.set(principal, { principal: principal.name, objects: 1, code, message });
  }
}

/** A server that does not answer now refuses nothing: to go on would leave thousands of ACLs open without a reason. */
const unanswered = ({ key }: ListedVersion, { name }: AclPrincipal, { code, message }: Refusal): PlanError =>
  new PlanError(
    "listing-refused",
    `The ACL of ${JSON.stringify(key)} could not be read as ${name}, again and again (${code}: ${message}). Nothing listed so far is a report; run the same command again.`,
  );

/** WRITE is no permission of objects; S3 keeps it where somebody gave it and it means nothing (domain.md 1.4). */
function grantsOf(acl: AccessControlList): Grant[] {
  const grants: Grant[] = [];
  for (const { grantee, permission } of acl.grants)
    if (permission !== "WRITE")
      grants.push("id" in grantee ? { id: canonicalId(grantee.id), permission } : { uri: grantee.uri, permission });
  return grants;
}
