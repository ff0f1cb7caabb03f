// The KMS encryption context of a copy. S3 tells it only in answers to writes, never of what is there (domain.md 4.2): what a context was
// can be known from the campaign file alone (actions.encryptionContext), and what was asked for from S3's answer to the copy.
import type { CopyRequest, HeadFacts } from "@quitclaim/aws";
import type { ContextRule } from "@quitclaim/campaign";
import { writtenUnder } from "./copy-request.ts";
import { failed, type Verdict } from "./outcome.ts";
import type { Task } from "./task.ts";

type Context = ContextRule["context"];

/** The first rule that the key begins with; undefined where none does, or the campaign has none. */
export const contextFor = (rules: readonly ContextRule[] | undefined, key: string): Context | undefined =>
  rules?.find(({ prefix }) => key.startsWith(prefix))?.context;

/** base64 of JSON, as S3 takes it. An empty context is none. */
export function withContext(encryption: CopyRequest["encryption"], context: Context | undefined): CopyRequest["encryption"] {
  if (encryption === undefined || encryption.algorithm === "AES256" || context === undefined || Object.keys(context).length === 0)
    return encryption;
  return { ...encryption, context: Buffer.from(JSON.stringify(context)).toString("base64") };
}

const underKms = ({ encryption }: Pick<HeadFacts, "encryption">): boolean => encryption !== undefined && encryption.algorithm !== "AES256";

/** Told before anything is sent: a context that the campaign should state and does not, or that the copy could not have. */
export function contextProblem(task: Task, before: HeadFacts, attempts: number): Verdict | undefined {
  if (!underKms(before) || task.encryptionContext === undefined) return undefined;
  const context = contextFor(task.encryptionContext, task.row.key);
  if (context === undefined)
    return failed(
      "ContextUnknown",
      "It lies under KMS, and no entry of actions.encryptionContext matches its key: S3 tells nobody whether it has an encryption context. Add an entry for its prefix, { prefix: …, context: {} } where it has none, then retry.",
      attempts,
    );
  if (Object.keys(context).length === 0 || writtenUnder(before, task) !== undefined) return undefined;
  return failed(
    "ContextNotKept",
    "The campaign states an encryption context for it, and its key is a foreign account's: under the bucket's default encryption the copy would have none. Set actions.kmsKey, then retry.",
    attempts,
  );
}

/** What S3 said it took, where it said anything, against what was asked for; pairs of its own (aws:s3:arn) may stand beside. */
export function contextDifference(task: Task, before: HeadFacts, said: string | undefined): string[] {
  const asked = withContext(writtenUnder(before, task), contextFor(task.encryptionContext, task.row.key))?.context;
  if (asked === undefined || said === undefined) return [];
  const [wanted, took] = [pairs(asked), pairs(said)];
  return Object.entries(wanted)
    .filter(([name, value]) => took[name] !== value)
    .map(([name, value]) => `encryption context: ${name}=${value} was asked for, S3 took ${took[name] ?? "none of that name"}`);
}

function pairs(base64: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch (error) {
    // Whatever this is, it is not the context that was asked for, and every pair of that is told as missing.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** For the ledger: a copy of an object under KMS, in a campaign that does not say whether contexts are in use. "" otherwise. */
export const contextWord = (task: Task, seen: HeadFacts): string =>
  task.dialect === "aws" && underKms(seen) && task.encryptionContext === undefined
    ? "An encryption context, if the original had one, is not on the copy: S3 does not tell it (actions.encryptionContext)."
    : "";
