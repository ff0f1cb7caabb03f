// When the first work of a campaign began, kept in the store so that it outlives Redis.
import { type CampaignStore, jsonBytes, readJson } from "../store/store.ts";

export const STARTED_PATH = "control/started.json";

/** The first caller's moment, epoch milliseconds, whoever asks later. */
export async function startedAt(store: CampaignStore): Promise<number> {
  const now = Date.now();
  if (await store.create(STARTED_PATH, jsonBytes({ at: now }))) return now;
  return (await readJson<{ at: number }>(store, STARTED_PATH))?.at ?? now;
}
