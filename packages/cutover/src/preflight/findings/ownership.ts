// The ownership mode itself: whether there is anything to switch, and whether the fence is up.
import type { Finding } from "../../finding.ts";
import { NO_OWNERSHIP_CONTROLS } from "../../target.ts";
import { enforced, type Facts, valueOr } from "../facts.ts";

export function noOwnershipControls(facts: Facts): Finding[] {
  if (facts.dialect !== "rgw") return [];
  return [
    {
      id: "no-ownership-controls",
      severity: "blocking",
      acceptable: false,
      title: "This server has no ownership controls",
      evidence: ["the campaign file says dialect: rgw"],
      consequence: NO_OWNERSHIP_CONTROLS,
      fix: "There is no switch to make here. `quitclaim verify` proves what the campaign has done.",
    },
  ];
}

export function alreadyEnforced(facts: Facts): Finding[] {
  if (!enforced(facts)) return [];
  return [
    {
      id: "already-enforced",
      severity: "note",
      acceptable: true,
      title: "The bucket is BucketOwnerEnforced already",
      evidence: [facts.switched ? "this campaign switched it" : "it was not switched by this campaign"],
      consequence:
        "The bucket owner owns everything in it. The ACLs that S3 shows now are not the stored ones, so nothing is said here about grants on the bucket.",
      fix: facts.switched
        ? "Nothing to do; `quitclaim rollback` goes back."
        : "Nothing to do. This campaign has no former state to roll back to.",
    },
  ];
}

export function notFenced(facts: Facts): Finding[] {
  if (facts.dialect === "rgw" || enforced(facts)) return [];
  const mode = valueOr(facts.settings.ownership, undefined);
  if (mode === undefined || (facts.fence?.stage === "up" && mode === "BucketOwnerPreferred")) return [];
  return [
    {
      id: "not-fenced",
      severity: "warning",
      acceptable: true,
      title: "The bucket is not fenced",
      evidence: [
        `the ownership controls are ${mode === "absent" ? "not set" : mode}`,
        facts.fence?.stage === "up" ? "the fence was raised, but somebody has set other ownership controls since" : "no fence is up",
      ],
      consequence: "Until the switch, what other accounts upload belongs to them, and nobody has looked at it.",
      fix: "Run `quitclaim fence` before the inventory, or switch soon after it.",
    },
  ];
}

/** Findings are only as good as what could be read. */
export function unreadSettings(facts: Facts): Finding[] {
  const named = {
    ...facts.settings,
    "log sources": facts.logSources,
    ...(facts.arrivals === undefined ? {} : { "late arrivals": facts.arrivals }),
  };
  const refused = Object.entries(named).flatMap(([name, reading]) => (reading.ok ? [] : [{ name, refused: reading.refused }]));
  if (refused.length === 0) return [];
  const essential = refused.some((r) => r.name === "ownership" || r.name === "acl" || r.name === "policy");
  return [
    {
      id: "unread-settings",
      severity: essential ? "blocking" : "warning",
      acceptable: false,
      title: "Settings that could not be read",
      evidence: refused.map((r) => `${r.name}: ${r.refused.message}`),
      consequence: essential
        ? "Without them the former state cannot be saved, so there would be no way back."
        : "What they would have told is missing from these findings.",
      fix: "Allow the bucket owner's session the actions named above, then run preflight again.",
    },
  ];
}
