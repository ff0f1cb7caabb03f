// The durable word on an upload in parts that is under way: its ID and its parts, written before the first part is copied. Whoever takes
// the object up later goes on with this upload and pays for no finished part again; the first record counts, so that no two are completed.
import { createHash } from "node:crypto";
import { type BatchRef, batchId, type CampaignStore, jsonBytes, type PlanRow, readJson, StoreError } from "@quitclaim/campaign";

export interface UploadRecord {
  readonly uploadId: string;
  /** What is being copied: no other bytes may be completed under this ID. */
  readonly etag: string;
  readonly versionId: string | null;
  /** Bytes of each part, in order. */
  readonly sizes: readonly number[];
}

export type Place = Pick<PlanRow, "key" | "versionId">;

/** All methods throw StoreError. */
export interface UploadRecords {
  find(row: Place): Promise<UploadRecord | undefined>;
  /** The record that counts: this one, or the one that was there before it. */
  claim(row: Place, record: UploadRecord): Promise<UploadRecord>;
  forget(row: Place): Promise<void>;
}

/** Where notes on the copy of one object lie; not a path by itself. */
export function objectFolder(ref: BatchRef, { key, versionId }: Place): string {
  const name = createHash("sha256")
    .update(`${versionId ?? ""}\0${key}`)
    .digest("hex")
    .slice(0, 32);
  return `intents/account=${ref.account}/${batchId(ref)}/${name}`;
}

export function uploadRecords(store: CampaignStore, ref: BatchRef): UploadRecords {
  const pathOf = (row: Place): string => `${objectFolder(ref, row)}.json`;
  const read = async (path: string): Promise<UploadRecord | undefined> => {
    const found = await readJson<Partial<UploadRecord>>(store, path);
    if (found === undefined) return undefined;
    const { uploadId, etag, versionId, sizes } = found;
    if (typeof uploadId !== "string" || typeof etag !== "string" || versionId === undefined || !Array.isArray(sizes))
      throw new StoreError(
        `${store.location}: ${path} was not written by quitclaim. Restore it, or abort the key's uploads and remove it.`,
      );
    return { uploadId, etag, versionId, sizes };
  };
  return {
    find: (row) => read(pathOf(row)),
    async claim(row, record) {
      const path = pathOf(row);
      if (await store.create(path, jsonBytes({ ...record, key: row.key }))) return record;
      const first = await read(path);
      if (first === undefined) throw new StoreError(`${store.location}: ${path} came and went: two workers copy one object. Run again.`);
      return first;
    },
    forget: (row) => store.remove(pathOf(row)),
  };
}
