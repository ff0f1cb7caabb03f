// What the campaign itself has left undone: unfinished, failed, changed, vanished and held objects, and the plan's own age.
import { sum } from "@quitclaim/campaign";
import type { Finding } from "../../finding.ts";
import { count, evidence } from "../evidence.ts";
import type { Facts } from "../facts.ts";

export function noPlan(facts: Facts): Finding[] {
  if (facts.plan !== undefined) return [];
  return [
    {
      id: "no-plan",
      severity: "blocking",
      acceptable: false,
      title: "There is no plan",
      evidence: ["the campaign store has no plan/plan.json"],
      consequence: "Nobody knows what the bucket holds, whose keys encrypt it, or which grants would stop working with the switch.",
      fix: "Run `quitclaim plan`.",
    },
  ];
}

export function unfinishedWork(facts: Facts): Finding[] {
  const open = facts.totals.filter((t) => t.remaining > 0);
  if (open.length === 0) return [];
  const total = open.reduce((n, t) => n + t.remaining, 0);
  return [
    {
      id: "unfinished-work",
      severity: "blocking",
      // Workers still running would fail on every object, and the ledger would never tell what became of the rest.
      acceptable: false,
      title: `${count(total, "planned object is", "planned objects are")} not done`,
      evidence: evidence(
        open.map((t) => `${t.name} (${t.account}): ${t.remaining.toLocaleString("en-US")} of ${count(t.planned, "object")} left`),
      ),
      consequence:
        "After the switch every ACL write is refused, so what is left can never be done as planned, and a worker that is still running fails on each object.",
      fix: "Run `quitclaim run` until nothing is left; objects that need nothing but the switch can be planned with `skip`.",
    },
  ];
}

export function failedWork(facts: Facts): Finding[] {
  const broken = facts.totals.filter((t) => sum(t.failed) > 0);
  if (broken.length === 0) return [];
  const total = broken.reduce((n, t) => n + sum(t.failed), 0);
  const reencrypt = broken.reduce((n, t) => n + (t.failedByOp.reencrypt ?? 0), 0);
  return [
    {
      id: "failed-work",
      severity: "blocking",
      // The switch gives what a grant or a copy would have given, but never the key of another account.
      acceptable: reencrypt === 0,
      title: `${count(total, "object")} failed`,
      evidence: evidence(
        broken.map((t) => {
          const codes = Object.entries(t.failed).sort(([, a], [, b]) => b - a);
          return `${t.name} (${t.account}): ${codes.map(([code, n]) => `${n.toLocaleString("en-US")} ${code}`).join(", ")}`;
        }),
      ),
      consequence:
        reencrypt > 0
          ? `${count(reencrypt, "object")} would stay under the uploader's KMS key, unreadable to the bucket owner after the switch as before it.`
          : "The switch makes the bucket owner own these too, but a rollback would leave them without the grant or the copy that was planned.",
      fix: "See them with `quitclaim status` or in the dashboard, mend the cause, then `quitclaim retry`.",
    },
  ];
}

export function changedObjects(facts: Facts): Finding[] {
  const lines = facts.totals.filter((t) => (t.done.changed ?? 0) > 0);
  if (lines.length === 0) return [];
  return [
    {
      id: "changed-objects",
      severity: "warning",
      acceptable: true,
      title: `${count(
        lines.reduce((n, t) => n + (t.done.changed ?? 0), 0),
        "object was",
        "objects were",
      )} rewritten after the inventory`,
      evidence: evidence(lines.map((t) => `${t.name} (${t.account}): ${count(t.done.changed ?? 0, "object")}`)),
      consequence: "They were left alone, so the plan knows neither their present owner, nor their grants, nor their keys.",
      fix: "Take a new inventory, then `quitclaim plan` and `quitclaim run` again.",
    },
  ];
}

export function vanishedObjects(facts: Facts): Finding[] {
  const total = facts.totals.reduce((n, t) => n + (t.done.vanished ?? 0), 0);
  if (total === 0) return [];
  return [
    {
      id: "vanished-objects",
      severity: "note",
      acceptable: true,
      title: `${count(total, "object is", "objects are")} gone since the inventory`,
      evidence: [`${count(total, "object")} deleted or expired between the report and the work`],
      consequence: "None for them. Many of them mean that the report is old.",
      fix: "Nothing to do; a new inventory shows what is there now.",
    },
  ];
}

const HELD_WHY: Readonly<Record<string, string>> = {
  "unmapped-owner": "owned by accounts that no role was given for",
  "anonymous-owner": "uploaded without a signature",
  "owner-unavailable": "the inventory could not tell the owner",
  "grants-full": "the ACL has no room for one more grant",
  "acl-unreadable": "the ACL could not be read",
  "sse-c": "encrypted with a key that only the uploader has",
  archived: "archived, so not to be copied without a restore",
  "object-locked": "under Object Lock",
  noncurrent: "noncurrent versions, which a copy cannot re-own",
  "third-party-grants": "other accounts have grants on them",
  "by-rule": "held by a rule of the campaign file",
};

export function heldObjects(facts: Facts): Finding[] {
  const held = Object.entries(facts.plan?.held ?? {}).filter(([, n]) => (n ?? 0) > 0);
  if (held.length === 0) return [];
  return [
    {
      id: "held-objects",
      severity: "warning",
      acceptable: true,
      title: `${count(
        held.reduce((n, [, h]) => n + (h ?? 0), 0),
        "object is",
        "objects are",
      )} held and nobody has worked on them`,
      evidence: evidence(held.map(([reason, n]) => `${reason}: ${count(n ?? 0, "object")}, ${HELD_WHY[reason] ?? "see held/"}`)),
      consequence:
        "The switch makes the bucket owner own them as well. What it does not give is the key of objects under SSE-C or another account's KMS key, " +
        "and what other accounts could do with them ends.",
      fix: "Look at held/ in the campaign store; change the rules or give the missing roles, and plan again where more is needed.",
    },
  ];
}

const HOUR_MS = 3_600_000;

export function oldInventory(facts: Facts): Finding[] {
  if (facts.plan === undefined) return [];
  const created = Date.parse(facts.plan.provenance.reportCreated);
  const hours = Math.floor((facts.at - created) / HOUR_MS);
  if (hours <= facts.inventoryAgeHours) return [];
  return [
    {
      id: "old-inventory",
      severity: "blocking",
      acceptable: true,
      title: `The inventory is ${count(hours, "hour")} old`,
      evidence: [
        `${facts.plan.provenance.manifest} was begun at ${facts.plan.provenance.reportCreated}; limits.inventoryAgeHours is ${facts.inventoryAgeHours}`,
      ],
      consequence: "What arrived, changed or got new grants since then has not been looked at.",
      fix: "Plan from a newer report, or run `quitclaim inventory` for one now.",
    },
  ];
}
