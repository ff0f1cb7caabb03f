// The grants of an object that its copy replaces, kept in the store from before the copy until the batch has its ledger file: where the bucket
// keeps no versions and the report tells no ACL, the copy ends the only other place where they are.
import type { AclGrant } from "@quitclaim/aws";
import { type BatchRef, batchId, type CampaignStore, jsonBytes, type ResultRow, readJson, StoreError } from "@quitclaim/campaign";
import { ACL_RECORDS_IN_FLIGHT } from "../limits.ts";
import { objectFolder, type Place } from "./upload-record.ts";

/** All methods throw StoreError. */
export interface AclRecords {
  /** What has to be put back on the copy; empty: nothing has to. undefined: nothing was kept. */
  find(row: Place): Promise<readonly AclGrant[] | undefined>;
  /** Replaces what an earlier holder kept: it was read again, and the original was still there. */
  keep(row: Place, grants: readonly AclGrant[]): Promise<void>;
}

const pathOf = (ref: BatchRef, row: Place): string => `${objectFolder(ref, row)}.acl.json`;

export function aclRecords(store: CampaignStore, ref: BatchRef): AclRecords {
  return {
    async find(row) {
      const path = pathOf(ref, row);
      const found = await readJson<{ grants?: unknown }>(store, path);
      if (found === undefined) return undefined;
      if (Array.isArray(found.grants) && found.grants.every(isGrant)) return found.grants;
      throw new StoreError(`${store.location}: ${path} was not written by quitclaim. Without it grants would be lost: restore it.`);
    },
    keep: (row, grants) => store.write(pathOf(ref, row), jsonBytes({ key: row.key, versionId: row.versionId, grants })),
  };
}

/** To be called once the batch's ledger file is written: no row is recognised again but a failed one. Throws StoreError. */
export async function forgetAcls(store: CampaignStore, ref: BatchRef, rows: readonly ResultRow[]): Promise<void> {
  const needed = new Set(rows.filter((row) => row.outcome === "failed").map((row) => pathOf(ref, row)));
  const over: string[] = [];
  for await (const path of store.list(`intents/account=${ref.account}/${batchId(ref)}/`))
    if (path.endsWith(".acl.json") && !needed.has(path)) over.push(path);
  for (let at = 0; at < over.length; at += ACL_RECORDS_IN_FLIGHT)
    await Promise.all(over.slice(at, at + ACL_RECORDS_IN_FLIGHT).map((path) => store.remove(path)));
}

function isGrant(value: unknown): value is AclGrant {
  const { grantee, permission } = value as { grantee?: { id?: unknown; uri?: unknown }; permission?: unknown };
  return typeof permission === "string" && (typeof grantee?.id === "string" || typeof grantee?.uri === "string");
}
