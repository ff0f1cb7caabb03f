// A sample of the held objects: nobody works on them, so what is wrong with them shows only where somebody looks.
import { type CampaignStore, openTable } from "@quitclaim/campaign";
import { random, shuffled } from "./random.ts";

export interface HeldRow {
  readonly reason: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly encryption: string;
}

/** At most `perReason` rows of each reason that `wanted` takes, from one row group of the reason's first part. */
export async function sampleHeld(store: CampaignStore, wanted: (row: HeldRow) => boolean, perReason: number): Promise<HeldRow[]> {
  const firstParts = new Map<string, string>();
  for await (const path of store.list("held/")) {
    const reason = /^held\/reason=([^/]+)\/part-.*\.parquet$/.exec(path)?.[1];
    if (reason !== undefined && !firstParts.has(reason)) firstParts.set(reason, path);
  }
  const next = random(1);
  const found: HeldRow[] = [];
  for (const [reason, path] of firstParts) {
    const table = await openTable(store, path);
    if (table === undefined || table.rowGroupRows.length === 0) continue;
    const rows = await table.readRowGroup(Math.floor(next() * table.rowGroupRows.length));
    const held = rows.map(
      (row): HeldRow => ({
        reason,
        key: String(row.key),
        versionId: (row.version_id ?? null) as string | null,
        encryption: (row.encryption ?? "") as string,
      }),
    );
    found.push(...shuffled(held.filter(wanted), next).slice(0, perReason));
  }
  return found;
}
