// What else is attached to the bucket and reacts to the campaign or to the switch: replication, events, lifecycle, versions, multipart uploads.
import type { Finding } from "../../finding.ts";
import { count, evidence } from "../evidence.ts";
import { type Facts, valueOr } from "../facts.ts";

const copiesPlanned = (facts: Facts): number => facts.plan?.planned.copy ?? 0;
const copiesLeft = (facts: Facts): number => facts.totals.reduce((n, t) => n + (t.remainingByOp.copy ?? 0), 0);

export function replication(facts: Facts): Finding[] {
  const rules = valueOr(facts.settings.replication, []);
  if (rules.length === 0) return [];
  return [
    {
      id: "replication",
      severity: "blocking",
      acceptable: true,
      title: "The bucket replicates",
      evidence: evidence(rules.map((r) => `rule ${r} is enabled`)),
      consequence:
        "ACL changes are no longer replicated once ACLs are disabled, and objects that the bucket owner could not read were never replicated: the switch does not send them now. " +
        (copiesPlanned(facts) > 0 ? "Copies in place are replicated as new objects, with their traffic and cost." : ""),
      fix: "Decide what the destination should have; S3 Batch Replication sends what is missing. Consider BucketOwnerEnforced on the destination as well.",
    },
  ];
}

export function notifications(facts: Facts): Finding[] {
  const targets = valueOr(facts.settings.notifications, []);
  const left = copiesLeft(facts);
  if (targets.length === 0 || left === 0) return [];
  return [
    {
      id: "notifications",
      severity: "warning",
      acceptable: true,
      title: `${count(left, "copy", "copies")} in place will look like new objects`,
      evidence: evidence(targets),
      consequence: "Each copy sends s3:ObjectCreated:Copy, and what listens processes the object again.",
      fix: "Switch the notification off while copying, or have the listeners ignore s3:ObjectCreated:Copy.",
    },
  ];
}

export function lifecycle(facts: Facts): Finding[] {
  const rules = valueOr(facts.settings.lifecycle, []);
  if (rules.length === 0 || copiesPlanned(facts) === 0) return [];
  return [
    {
      id: "lifecycle",
      severity: "note",
      acceptable: true,
      title: "Copies restart the lifecycle rules' clocks",
      evidence: evidence(rules.map((r) => `rule ${r} is enabled`)),
      consequence: "A copied object counts its days from the copy; its former version expires by the rules for noncurrent versions.",
      fix: "Nothing to do, where that is understood.",
    },
  ];
}

export function currentOnlyInventory(facts: Facts): Finding[] {
  const versioning = valueOr(facts.settings.versioning, "never");
  if (versioning === "never" || facts.reportHasVersions !== "no") return [];
  return [
    {
      id: "current-only-inventory",
      severity: "warning",
      acceptable: true,
      title: "The inventory has no versions, but the bucket does",
      evidence: [`versioning is ${versioning}`, "the planned rows have no version IDs"],
      consequence:
        "Noncurrent versions were never looked at: their owners, grants and keys are unknown. The switch makes the bucket owner own them too.",
      fix: "Plan from a report with IncludedObjectVersions: All where old versions matter.",
    },
  ];
}

export function pendingUploads(facts: Facts): Finding[] {
  const uploads = valueOr(facts.settings.uploads, undefined);
  if (uploads === undefined || uploads.foreign === 0) return [];
  return [
    {
      id: "pending-uploads",
      severity: "warning",
      acceptable: true,
      title: `${count(uploads.foreign, "multipart upload")} of others ${uploads.foreign === 1 ? "is" : "are"} under way`,
      evidence: evidence([
        `${uploads.foreign} of ${uploads.pending}${uploads.more ? " or more" : ""} pending uploads were begun by others`,
        ...uploads.examples,
      ]),
      consequence: "What S3 does with an upload that was begun with an ACL before the switch and is completed after it is not documented.",
      fix: "Wait until they are complete, or abort those that were abandoned.",
    },
  ];
}

export function arrivals(facts: Facts): Finding[] {
  const seen = facts.arrivals?.ok === true ? facts.arrivals.value : undefined;
  if (seen === undefined || seen.arrived === 0) return [];
  return [
    {
      id: "arrivals",
      severity: "warning",
      acceptable: true,
      title: `Others' objects arrived after the inventory`,
      evidence: evidence([
        `${seen.arrived} of ${count(seen.looked, "version")} looked at${seen.whole ? " (the whole bucket)" : " (a sample)"}`,
        ...Object.entries(seen.owners).map(
          ([owner, n]) => `${count(n, "version")} of ${facts.accounts.find((a) => a.canonicalId === owner)?.name ?? owner}`,
        ),
        ...seen.examples.map((key) => `e.g. ${key}`),
      ]),
      consequence: "The switch makes the bucket owner own them, but nobody has looked at their grants and keys.",
      fix:
        facts.fence?.stage === "up"
          ? "Take a new inventory, then plan and run again."
          : "Run `quitclaim fence`, take a new inventory, then plan and run again.",
    },
  ];
}
