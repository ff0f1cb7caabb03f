// Pauses, one small file for each paused account, so that two processes that pause at once overwrite nothing of each other.
import { type AccountId, accountId } from "../identity.ts";
import type { Pause } from "../progress/snapshot.ts";
import { type CampaignStore, jsonBytes, readJson } from "../store/store.ts";

const FOLDER = "control/pauses/";
const path = (account: AccountId): string => `${FOLDER}account=${account}.json`;

export async function readPauses(store: CampaignStore): Promise<Map<AccountId, Pause>> {
  const pauses = new Map<AccountId, Pause>();
  for await (const found of store.list(FOLDER)) {
    const match = /account=(.+)\.json$/.exec(found);
    const pause = match ? await readJson<Pause>(store, found) : undefined;
    // Gone between the listing and the reading: resumed meanwhile.
    if (match && pause !== undefined) pauses.set(accountId(match[1] as string), pause);
  }
  return pauses;
}

export const writePause = (store: CampaignStore, account: AccountId, pause: Pause): Promise<void> =>
  store.write(path(account), jsonBytes(pause));
export const removePause = (store: CampaignStore, account: AccountId): Promise<void> => store.remove(path(account));
