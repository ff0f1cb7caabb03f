// Operation `reencrypt`: UpdateObjectEncryption to the bucket owner's key, which moves no data and restores no archive (domain.md 4.9), then
// the ACL. Who may call it is not documented, and some objects cannot be: then the rule decides, and the ledger says what came of it.
import type { Refusal } from "@quitclaim/aws";
import { grantAccess } from "./acl.ts";
import { headObject } from "./head.ts";
import { failed, refused, type Verdict } from "./outcome.ts";
import { address, type Task } from "./task.ts";

/** `copy` is the way out where actions.reencryptFallback says copy; without it a refused object fails. */
export async function reencrypt(task: Task, copy: (() => Promise<Verdict>) | undefined): Promise<Verdict> {
  const { kmsKey } = task;
  if (kmsKey === undefined)
    return failed(
      "NoKmsKey",
      "The plan says reencrypt, but the campaign names no key: set actions.kmsKey to the ARN of a key of the bucket owner.",
      0,
    );
  const { answer, attempts } = await task.uploader((calls, signal) =>
    calls.updateObjectEncryption(address(task), { kmsKeyArn: kmsKey, bucketKey: true }, signal),
  );
  if (answer.ok) return grantAccess(task, "reencrypted", attempts);
  if (answer.kind !== "denied" && answer.kind !== "failed") return refused(answer, attempts);
  // Denied everything, the account is not to be trusted with objects: that is the breaker's. Denied this call alone, the rule decides.
  if (answer.kind === "denied" && !(await maySee(task))) return refused(answer, attempts);
  const said = `UpdateObjectEncryption was refused (${answer.code}: ${answer.message})`;
  return copy === undefined ? held(said, answer, attempts) : told(await copy(), said);
}

const maySee = async (task: Task): Promise<boolean> => (await headObject(task.uploader, address(task))).ok;

const held = (said: string, answer: Refusal, attempts: number): Verdict =>
  failed(
    "ReencryptRefused",
    `${said}. actions.reencryptFallback is hold, so nothing was changed; set it to copy and retry, or let the switch do what it can.`,
    attempts,
    answer,
  );

/** What the copy came to, and why it was one. */
function told(verdict: Verdict, said: string): Verdict {
  if (verdict.kind === "enforced") return verdict;
  const { finding } = verdict;
  const done = finding.outcome === "copied";
  const detail = done ? `${said}; copied instead.` : `${said}; the copy instead of it:`;
  return { ...verdict, finding: { ...finding, attempts: finding.attempts + 1, detail: `${detail} ${finding.detail}`.trim() } };
}
