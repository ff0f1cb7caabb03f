// cutover/answers.json: every fix that was ordered, with what the bucket was like before and after it, for rollback.
import { type CampaignStore, jsonBytes, readJson } from "@quitclaim/campaign";
import type { BucketAcl } from "../bucket/acl.ts";
import type { AnswerId } from "../finding.ts";
import { ANSWERS_PATH } from "../paths.ts";
import type { Statement } from "../policy/document.ts";

/** What a fix may change. */
export interface Changed {
  /** Verbatim; null: no policy. */
  readonly policy: string | null;
  readonly acl: BucketAcl;
}

export interface AnswerRecord {
  readonly id: AnswerId;
  /** applying: saved, S3 may or may not have been changed. undone: a rollback took it back. */
  readonly stage: "applying" | "applied" | "undone";
  /** ISO 8601. */
  readonly at: string;
  readonly before: Changed;
  /** As S3 gave it back; absent until it is applied. */
  readonly after?: Changed;
  /** The statements that were added to the policy. */
  readonly statements: readonly Statement[];
}

export async function readAnswers(store: CampaignStore): Promise<readonly AnswerRecord[]> {
  return (await readJson<{ answers: readonly AnswerRecord[] }>(store, ANSWERS_PATH))?.answers ?? [];
}

export async function writeAnswers(store: CampaignStore, answers: readonly AnswerRecord[]): Promise<void> {
  await store.write(ANSWERS_PATH, jsonBytes({ version: 1, answers }));
}

/** Replaces the record of this fix that is under way, or appends it. */
export async function putAnswer(store: CampaignStore, record: AnswerRecord): Promise<void> {
  const others = (await readAnswers(store)).filter((a) => !(a.id === record.id && a.stage === "applying"));
  await writeAnswers(store, [...others, record]);
}
