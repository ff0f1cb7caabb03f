// The operator's ceiling, where it was changed after the campaign file was written.
import { type CampaignStore, jsonBytes, readJson, StoreError } from "../store/store.ts";

const PATH = "control/ceiling.json";

export async function readCeiling(store: CampaignStore): Promise<number | undefined> {
  const kept = await readJson<{ requestsPerSecond?: unknown }>(store, PATH);
  if (kept === undefined) return undefined;
  if (typeof kept.requestsPerSecond !== "number") throw new StoreError(`${store.location}: ${PATH} holds no requestsPerSecond. Remove it.`);
  return kept.requestsPerSecond;
}

/** Throws RangeError where it is no positive number. */
export function writeCeiling(store: CampaignStore, requestsPerSecond: number): Promise<void> {
  if (!Number.isFinite(requestsPerSecond) || requestsPerSecond <= 0)
    throw new RangeError(`a ceiling is a positive number of requests a second, not ${requestsPerSecond}`);
  return store.write(PATH, jsonBytes({ requestsPerSecond }));
}
