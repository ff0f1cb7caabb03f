export { type Applied, type ApplyOptions, applyAnswer } from "./answers/apply.ts";
export { type AnswerRecord, readAnswers } from "./answers/record.ts";
export type { BucketAcl } from "./bucket/acl.ts";
export { type OwnershipMode, readOwnership } from "./bucket/ownership.ts";
export { type PublicAccess, readPublicAccess } from "./bucket/public-access.ts";
export type { BucketState } from "./bucket/state.ts";
export { type Check, type CheckInput, check, type Probe } from "./check/check.ts";
export type { Claimed, Identity, Proof } from "./check/identities.ts";
export { problem, remark } from "./check/problem.ts";
export { type Fenced, type FenceOptions, type FenceStep, fence } from "./fence/fence.ts";
export { type FenceRecord, type FenceStage, readFence } from "./fence/record.ts";
export { FENCE_SID, fenceStatement } from "./fence/statement.ts";
export { type Unfenced, unfence } from "./fence/unfence.ts";
export { ANSWERS, type AnswerId, accept, bySeverity, type Finding, type Severity, stands } from "./finding.ts";
export { ANSWERS_PATH, CHECK_PATH, FENCE_PATH, PREFLIGHT_PATH, SWITCH_PATH, VERIFY_PATH } from "./paths.ts";
export type { Facts } from "./preflight/facts.ts";
export { judge, type Preflight, type PreflightOptions, preflight, readPreflight } from "./preflight/preflight.ts";
export { readVersioning } from "./preflight/settings.ts";
export type { OnProgress, StepProgress } from "./progress.ts";
export type { Waiting } from "./read-back.ts";
export { CallRefused, CutoverRefusal, type RefusalReason } from "./refusal.ts";
export { type RollbackOptions, type RollbackReport, rollback } from "./rollback/rollback.ts";
export { type CutoverOptions, type CutoverResult, cutover } from "./switch/cutover.ts";
export { readSwitch, type SwitchJournal, type SwitchStage, type SwitchStep } from "./switch/journal.ts";
export type { ProbeObject, ProbeReport } from "./switch/probe.ts";
export { NO_OWNERSHIP_CONTROLS, type Target } from "./target.ts";
export { type Verification, type VerifyOptions, verify, type WrongObject } from "./verify/verify.ts";
export {
  answerLines,
  checkLines,
  cutoverLines,
  fenceLines,
  findingLines,
  preflightLines,
  probeLines,
  rollbackLines,
  unfenceLines,
  verifyLines,
} from "./words.ts";
