// Who is planning into a campaign store. The last to begin has the store: a planner that finds another's name in it writes nothing more, and plan.json is written
// only over a dataset that is this plan's from end to end. What a killed planner left behind is overwritten and stands in nobody's way.
import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type CampaignStore, jsonBytes, readJson } from "@quitclaim/campaign";
import { PlanError } from "../error.ts";
import { DATASET_FOLDERS, PLAN_JSON } from "./stale.ts";

/** Beside the dataset, not in it: whoever compares or counts plans does not meet it. */
export const PLANNING_JSON = "planning.json";

interface Token {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface PlanClaim {
  /** The same store; writes and removes only while the claim holds, and rejects with PlanError once it does not. */
  readonly store: CampaignStore;
  /** Writes plan.json, the last blob of a plan, where every other one is there and as it was written. */
  finish(planJson: Uint8Array): Promise<void>;
  /** Ends the claim where it still holds. */
  release(): Promise<void>;
}

/** `now`: epoch milliseconds, for the other planner's operator. */
export async function claimPlan(store: CampaignStore, now: number): Promise<PlanClaim> {
  const token: Token = { id: randomUUID(), host: hostname(), pid: process.pid, at: new Date(now).toISOString() };
  // A planner that was killed, or one that is at work: a part that it had begun to write may still arrive.
  const another = (await store.read(PLANNING_JSON)) !== undefined;
  const written = new Map<string, string>();
  await store.write(PLANNING_JSON, jsonBytes(token));

  const holder = (): Promise<Token | undefined> => readJson<Token>(store, PLANNING_JSON);
  async function check(): Promise<void> {
    const found = await holder();
    if (found?.id !== token.id) throw overtaken(store, found);
  }
  /** What is read back has to be compared byte for byte only where somebody else may have written the same path. */
  const markOf = (bytes: Uint8Array): string => (another ? createHash("sha256").update(bytes).digest("hex") : "");

  async function verify(): Promise<void> {
    let seen = 0;
    for (const folder of DATASET_FOLDERS) {
      for await (const path of store.list(folder)) {
        if (path === PLAN_JSON) continue;
        const mark = written.get(path);
        if (mark === undefined) throw mixed(store, `${path} is not of this plan`);
        if (another && markOf((await store.read(path)) ?? new Uint8Array()) !== mark) throw mixed(store, `${path} was written over`);
        seen++;
      }
    }
    if (seen !== written.size) throw mixed(store, `${written.size - seen} of its ${written.size} parts are gone`);
  }

  return {
    store: {
      ...store,
      async write(path, bytes) {
        await check();
        const mark = markOf(bytes);
        try {
          await store.write(path, bytes);
        } catch (error) {
          // Whoever began meanwhile swept it away.
          await check();
          throw error;
        }
        written.set(path, mark);
      },
      async remove(path) {
        await check();
        await store.remove(path);
      },
      async sweep(prefix) {
        await check();
        await store.sweep(prefix);
      },
    },
    async finish(planJson) {
      await verify();
      await check();
      await store.write(PLAN_JSON, planJson);
      const found = await holder();
      if (found?.id === token.id) return;
      // It began between the look and the write, and has removed what this plan.json counts.
      const present = await store.read(PLAN_JSON);
      if (present !== undefined && Buffer.compare(present, planJson) === 0) await store.remove(PLAN_JSON);
      throw overtaken(store, found);
    },
    async release() {
      if ((await holder())?.id === token.id) await store.remove(PLANNING_JSON);
    },
  };
}

const overtaken = (store: CampaignStore, by: Token | undefined): PlanError =>
  new PlanError(
    "plan-overtaken",
    `Another plan of this campaign was begun ${by === undefined ? "meanwhile" : `at ${by.at} by process ${by.pid} on ${by.host}`}, into ${store.location}. ` +
      "This one was stopped and wrote nothing more: let that one finish, or stop it and run this command again.",
  );

const mixed = (store: CampaignStore, what: string): PlanError =>
  new PlanError(
    "plan-overtaken",
    `Another plan was written into ${store.location} while this one was made: ${what}. There is no plan. See that nobody else plans this campaign, then run the same command again.`,
  );
