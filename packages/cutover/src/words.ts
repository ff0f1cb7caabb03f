// Findings and results as plain lines for the command line and the report. No colour; whoever prints them decides about that.
import type { Applied } from "./answers/apply.ts";
import type { Check } from "./check/check.ts";
import type { Fenced } from "./fence/fence.ts";
import type { Unfenced } from "./fence/unfence.ts";
import type { Finding } from "./finding.ts";
import { list, type Statement } from "./policy/document.ts";
import { count, shortGrantee } from "./preflight/evidence.ts";
import type { Preflight } from "./preflight/preflight.ts";
import type { RollbackReport } from "./rollback/rollback.ts";
import type { CutoverResult } from "./switch/cutover.ts";
import type { ProbeReport } from "./switch/probe.ts";
import type { Verification } from "./verify/verify.ts";

const MARK: Record<Finding["severity"], string> = { blocking: "[x]", warning: "[!]", note: "[i]" };

export function findingLines(finding: Finding): string[] {
  const mark = finding.accepted === true ? "[accepted]" : MARK[finding.severity];
  const way = finding.severity !== "blocking" || finding.accepted === true ? "" : finding.acceptable ? `, or --accept ${finding.id}` : "";
  return [
    `${mark} ${finding.id}: ${finding.title}`,
    ...finding.evidence.map((line) => `      ${line}`),
    `    means: ${finding.consequence}`,
    `    fix:   ${finding.fix}${way === "" ? "" : ` (${finding.answer === undefined ? "" : `--fix ${finding.answer}`}${finding.answer === undefined ? way.slice(2) : way})`}`,
  ];
}

const blocking = (findings: readonly Finding[]): number => findings.filter((f) => f.severity === "blocking" && f.accepted !== true).length;

export function preflightLines(verdict: Preflight): string[] {
  const stand = blocking(verdict.findings);
  const accepted = verdict.findings.filter((f) => f.accepted === true).length;
  return [
    ...verdict.findings.flatMap(findingLines),
    ...verdict.acceptedInVain.map((id) => `    --accept ${id} had no effect: nothing of that name can be accepted here`),
    verdict.ok
      ? `${verdict.bucket} can be switched: nothing stands in the way${accepted > 0 ? `, ${count(accepted, "finding")} accepted` : ""}`
      : `${verdict.bucket} cannot be switched yet: ${count(stand, "finding stands", "findings stand")} in the way`,
  ];
}

export function checkLines(result: Check): string[] {
  return [
    ...result.identities.map((proof) =>
      "identity" in proof
        ? `[ok] ${proof.name} (${proof.id}): canonical ID ${proof.identity.canonicalId}${proof.identity.arn === undefined ? "" : `, as ${proof.identity.arn}`}`
        : `[x] ${proof.name} (${proof.id}): no session`,
    ),
    ...result.findings.flatMap(findingLines),
    result.ok ? "everything that can be told without writing is in order" : `${count(blocking(result.findings), "problem")} to mend first`,
  ];
}

export function fenceLines(bucket: string, result: Fenced): string[] {
  const former = result.record.former;
  const was = `before: ownership controls ${former.ownership}, ${former.policy === null ? "no bucket policy" : "a bucket policy"}`;
  if (!result.changed) return [`the fence of ${bucket} is up already, since ${result.record.at}; nothing was sent`, `  ${was}`];
  return [
    `the fence of ${bucket} is up: ownership controls BucketOwnerPreferred, and the policy refuses others' uploads without bucket-owner-full-control`,
    `  ${was}, kept in cutover/fence.json`,
    "  what others upload from now on belongs to the bucket owner; what they uploaded before still does not",
  ];
}

export function unfenceLines(bucket: string, result: Unfenced): string[] {
  if (!result.changed) return [`the fence of ${bucket} is down already, since ${result.record.at}; nothing was sent`];
  return [
    `the fence of ${bucket} is down: ownership controls ${result.record.former.ownership}`,
    result.policyVerbatim
      ? "  the bucket policy is as it was before the fence, to the byte"
      : "  the bucket policy was changed by somebody since; only the fence's statement was taken out of it",
  ];
}

export function answerLines(result: Applied): string[] {
  if (!result.changed) return [`${result.id}: nothing to do, it is fixed already`];
  return [
    `${result.id}: fixed; the former state is in cutover/answers.json, and rollback puts it back`,
    ...result.statements.map((s) => `  bucket policy now has ${s.Sid ?? "a statement"}: ${statementWords(s)}`),
  ];
}

/** e.g. `Allow s3:GetObject, s3:GetObjectVersion to 31f5183a…b0394f on 8 resources`. */
function statementWords(statement: Statement): string {
  const principal = statement.Principal;
  const named = principal === undefined || principal === "*" ? ["everyone"] : Object.values(principal).flatMap((value) => list(value));
  const resources = list(statement.Resource);
  const on = resources.length === 1 ? resources[0] : count(resources.length, "resource");
  return `${statement.Effect} ${list(statement.Action).join(", ")} to ${named.map(shortGrantee).join(", ")} on ${on}`;
}

export function probeLines(report: ProbeReport): string[] {
  const out = (n: number, what: string): string[] => (n > 0 ? [`  ${count(n, "object")} ${what}`] : []);
  return [
    `${report.read} of ${count(report.looked, "object")} read as the bucket owner`,
    ...out(report.gone, "gone meanwhile"),
    ...out(report.archived, "archived: seen, but not to be read without a restore"),
    ...out(report.customerKey, "under SSE-C: only the holder of the key can read them"),
    ...report.kms.map((k) => `  kept back by a KMS key of account ${k.keyAccount}: ${k.key}`),
    ...report.failed.map((f) => `  not readable: ${f.key} (${f.from}): ${f.why}`),
  ];
}

export function cutoverLines(bucket: string, result: CutoverResult): string[] {
  switch (result.outcome) {
    case "switched":
      return [
        ...(result.resumedFrom === undefined ? [] : [`taken up where an earlier run stood: ${result.resumedFrom}`]),
        ...probeLines(result.probe),
        `${bucket} is BucketOwnerEnforced: the bucket owner owns every object in it, and ACLs are off`,
        "  `quitclaim rollback` restores the former state, which is in cutover/switch.json",
      ];
    case "already-switched":
      return [`${bucket} was switched already, at ${result.journal.steps.at(-1)?.at}; nothing was sent`];
    case "refused":
      return [...preflightLines(result.preflight), "nothing was changed"];
    case "rolled-back":
      return [
        ...(result.probe === undefined ? ["an earlier run was rolling back; that is finished now"] : probeLines(result.probe)),
        ...rollbackLines(bucket, result.rollback),
        `${bucket} is NOT switched: ${result.probe === undefined ? "run cutover again for a new attempt" : "a probe failed, so the former state was put back"}`,
      ];
  }
}

export function rollbackLines(bucket: string, report: RollbackReport): string[] {
  const what = report.restored.map((r) => ({ ownership: "ownership controls", policy: "policy", acl: "bucket ACL" })[r]);
  return [
    `${bucket} is as it was: ownership controls ${report.to.ownership}${what.length === 0 ? " (nothing had to be changed)" : `; restored and read back: ${what.join(", ")}`}`,
    ...report.undone.map((id) => `  the fix ${id} is taken back`),
    ...report.kept.map((line) => `  kept: ${line}`),
    ...report.replaced.map(
      (part) => `  somebody had changed the ${part} since the switch; that change is gone from the bucket and kept in cutover/switch.json`,
    ),
    ...(report.cannotUndo.length > 0 ? ["what cannot be undone:", ...report.cannotUndo.map((line) => `  ${line}`)] : []),
    ...(report.fenceUp ? ["the fence is still up; `quitclaim fence --lift` takes it down"] : []),
  ];
}

export function verifyLines(result: Verification): string[] {
  const by =
    result.instrument === "acl" ? "by HEAD and ACL" : "by reading them, because ACLs are disabled and would look perfect in any case";
  const out = (n: number, what: string): string[] => (n > 0 ? [`  ${count(n, "object")} ${what}`] : []);
  return [
    `${count(result.checked, "object")} verified as the bucket owner, ${by}: ${result.ok.toLocaleString("en-US")} as the ledger says, ${result.wrongTotal.toLocaleString("en-US")} not`,
    ...out(result.gone, "deleted since"),
    ...out(result.archived, "archived, not to be read without a restore"),
    ...out(result.kms, "kept back by a KMS key of another account"),
    ...out(result.customerKey, "under SSE-C"),
    ...(result.publicGrantsHidden ? ["  public grants were not looked at: Block Public Access hides them"] : []),
    ...result.wrong
      .slice(0, 20)
      .map((w) => `  wrong: ${w.key}${w.versionId === null ? "" : ` (${w.versionId})`}, ${w.outcome}: ${w.problems.join("; ")}`),
    ...(result.wrongTotal > 20 ? [`  and ${(result.wrongTotal - 20).toLocaleString("en-US")} more, see verify.json`] : []),
  ];
}
