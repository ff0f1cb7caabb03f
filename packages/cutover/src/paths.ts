// Where this package keeps its files in the campaign store. All are JSON, written whole.

export const CHECK_PATH = "check.json";
export const FENCE_PATH = "cutover/fence.json";
export const PREFLIGHT_PATH = "cutover/preflight.json";
/** Fixes that were ordered, with the state before each. */
export const ANSWERS_PATH = "cutover/answers.json";
/** The journal of the switch. */
export const SWITCH_PATH = "cutover/switch.json";
export const VERIFY_PATH = "verify.json";

/** The ledger. */
export const RESULTS_FOLDER = "results/";
export const PLAN_PATH = "plan/plan.json";
export const THIRD_PARTY_PATH = "grants/third-party.json";
export const GRANT_POLICY_PATH = "grants/bucket-policy.json";
