// One object: everything known of it, from its inventory row through the plan to S3's answer.
import { bytes, grouped } from "../cells/number.ts";
import { dateTime } from "../cells/time.ts";
import { paragraph } from "../line.ts";
import { accountOf } from "../listing.ts";
import type { LedgerRow } from "../model.ts";
import { OUTCOME_WORDS } from "../tally.ts";
import type { Line, Tone } from "../theme.ts";
import { explanation } from "./reasons.ts";
import { rule, type Stage } from "./stage.ts";

type Field = readonly [label: string, value: string, tone?: Tone];
const LABEL = 16;

function fieldLines(stage: Stage, [label, value, tone]: Field): Line[] {
  const { theme, width } = stage;
  const lines = paragraph(value === "" ? "none" : value, width - 1, LABEL, theme, tone ?? "plain");
  return lines.map((line, place) =>
    place === 0 ? [theme.cell(`   ${label}`, LABEL, "left", "dim"), theme.text((line[0]?.text ?? "").trimStart(), tone ?? "plain")] : line,
  );
}

/** The whole text, as long as it is. */
export function objectText(stage: Stage, row: LedgerRow): Line[] {
  const { model, theme } = stage;
  const load = model.loads.object;
  const facts = load?.value;
  const result = facts?.result ?? row;
  const account = accountOf(model.snapshot, row.account);
  const failed = result.outcome === "failed";
  const answer: Field[] = [
    ["outcome", result.outcome === "failed" ? `failed: ${result.code}` : OUTCOME_WORDS[result.outcome], failed ? "bad" : "warn"],
    ["answer", result.httpStatus === 0 ? "none was had" : `HTTP ${result.httpStatus}${result.code === "" ? "" : ` ${result.code}`}`],
    ["request ID", result.requestId],
    ["attempts", grouped(result.attempts)],
    ["when", dateTime(result.at)],
    ...(result.newVersionId === null ? [] : [["new version", result.newVersionId] as const]),
    ...(result.detail === "" ? [] : [["said", result.detail] as const]),
  ];
  const lines: Line[] = [
    ...fieldLines(stage, ["key", row.key, "strong"]),
    ...fieldLines(stage, ["version", row.versionId ?? "the inventory has no versions"]),
    ...fieldLines(stage, ["account", account === undefined ? row.account : `${account.name} ${row.account}`]),
    rule(stage, "what S3 answered"),
    ...answer.flatMap((field) => fieldLines(stage, field)),
    ...(result.code === "" ? [] : explanation(stage, result.code, result.op)),
    rule(stage, "what the plan says"),
  ];
  if (load?.error !== undefined) return [...lines, ...fieldLines(stage, ["", `the plan row could not be read: ${load.error}`, "bad"])];
  if (facts === undefined) return [...lines, [theme.text("   reading", "dim")]];
  if (facts === null) return [...lines, ...fieldLines(stage, ["", "the plan has no such row", "warn"])];
  const { plan } = facts;
  const planned: Field[] = [
    [
      "work",
      { acl: "grant access (PutObjectAcl)", copy: "copy in place (the owner changes)", reencrypt: "re-encrypt, then grant access" }[
        plan.op
      ],
    ],
    ["batch", row.batch],
    ["size", `${bytes(plan.size)}${plan.size < 1000 ? "" : ` (${grouped(plan.size)} bytes)`}`],
    ["ETag", plan.etag ?? "not in the inventory"],
    ["last modified", plan.lastModified === null ? "not in the inventory" : dateTime(plan.lastModified)],
    ["storage class", plan.storageClass === "" ? "not in the inventory" : plan.storageClass],
    ["encryption", plan.encryption === "" ? "not in the inventory" : plan.encryption],
    ["latest", plan.isLatest ? "yes" : "no, an older version"],
    ["owner", plan.owner],
    ["grants to keep", plan.grants ?? "none but the owner's and the bucket owner's: the canned ACL is exact"],
    ["ACL before", plan.formerAcl ?? "not in the inventory; the worker reads it first"],
  ];
  return [...lines, ...planned.flatMap((field) => fieldLines(stage, field))];
}
