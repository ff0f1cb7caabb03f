export { PlanError, type PlanErrorCode } from "./error.ts";
export type { ProveIdentity } from "./identity.ts";
export { type InventoryOptions, makeInventory } from "./listing/inventory.ts";
export { versionLister } from "./listing/page.ts";
export { type PlanOptions, type PlanProgress, plan } from "./plan.ts";
export { planSentence } from "./sentence.ts";
export type { ObjectReader } from "./source/source.ts";
