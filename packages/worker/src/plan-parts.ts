// Plan parts that this process works on, footers kept open: a part has a hundred batches, and each job points into one.
import { type AccountId, type CampaignStore, openPlanPart, type PlanPart, planPartPath } from "@quitclaim/campaign";
import { PLAN_PARTS_OPEN_MAX } from "./limits.ts";

export class PlanParts {
  readonly #store: CampaignStore;
  /** Least recently used first. */
  readonly #open = new Map<string, Promise<PlanPart>>();

  constructor(store: CampaignStore) {
    this.#store = store;
  }

  /** Throws StoreError where the part is missing or damaged. */
  get(account: AccountId, part: number): Promise<PlanPart> {
    const path = planPartPath(account, part);
    let opened = this.#open.get(path);
    if (opened === undefined) {
      opened = openPlanPart(this.#store, account, part);
      // A failure is told to whoever asked, and not remembered.
      opened.catch(() => this.#open.delete(path));
      if (this.#open.size >= PLAN_PARTS_OPEN_MAX) {
        const oldest = this.#open.keys().next().value;
        if (oldest !== undefined) this.#open.delete(oldest);
      }
    } else this.#open.delete(path);
    this.#open.set(path, opened);
    return opened;
  }
}
