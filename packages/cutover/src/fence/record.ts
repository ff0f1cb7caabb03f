// cutover/fence.json: what the bucket was like before the fence, kept until the fence is down again.
import { type CampaignStore, jsonBytes, readJson } from "@quitclaim/campaign";
import type { OwnershipMode } from "../bucket/ownership.ts";
import { FENCE_PATH } from "../paths.ts";

/**
 * raising: the former state is saved, S3 may or may not have been changed. up: both changes were read back.
 * lowering: being taken down. down: the former state is back; a new fence saves a new one.
 */
export type FenceStage = "raising" | "up" | "lowering" | "down";

export interface FenceRecord {
  readonly version: 1;
  readonly bucket: string;
  /** The phase as the dashboard knows it; follows from `stage`. */
  readonly state: "running" | "done" | "lifted";
  readonly stage: FenceStage;
  /** Of the last change of `stage`: ISO 8601. */
  readonly at: string;
  readonly former: { readonly ownership: OwnershipMode /** Verbatim; null: no policy. */; readonly policy: string | null };
}

export const readFence = (store: CampaignStore): Promise<FenceRecord | undefined> => readJson<FenceRecord>(store, FENCE_PATH);

export async function writeFence(store: CampaignStore, fence: Omit<FenceRecord, "version" | "state">): Promise<FenceRecord> {
  const state = fence.stage === "up" ? "done" : fence.stage === "down" ? "lifted" : "running";
  const record: FenceRecord = { version: 1, bucket: fence.bucket, state, stage: fence.stage, at: fence.at, former: fence.former };
  await store.write(FENCE_PATH, jsonBytes(record));
  return record;
}
