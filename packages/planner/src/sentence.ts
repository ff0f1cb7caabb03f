// What `plan` tells a person: first what needs nothing but the switch, then the work, what waits for somebody, what would be lost, and what it costs.
import { type PlanSummary, sum } from "@quitclaim/campaign";
import { bytesText, count, ofWhom } from "./figures.ts";
import { forecastLines } from "./forecast/sentences.ts";

const list = (counts: Partial<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${count(n ?? 0)}`)
    .join(", ");

const GRANTEES_SHOWN = 8;

const PUBLIC: Readonly<Record<string, string>> = {
  "http://acs.amazonaws.com/groups/global/AllUsers": "PUBLIC: everyone on the internet",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "PUBLIC: everyone with an AWS account",
};
const nameOf = (grantee: string): string => (grantee in PUBLIC ? `${PUBLIC[grantee]} (${grantee.split("/").at(-1)})` : grantee);

/** Without these columns, nobody can tell what else an object needs. */
const TELLS_OF_NEEDS = ["ObjectAccessControlList", "EncryptionStatus"];

function switchAloneSentence({ switchAlone, provenance }: PlanSummary, foreign: number): string {
  const untold = (provenance.columnsAbsent ?? []).filter((name) => TELLS_OF_NEEDS.includes(name));
  if (untold.length > 0)
    return `The switch to BucketOwnerEnforced makes the bucket owner own all ${count(foreign)} foreign-owned objects; how many of them need nothing else cannot be told from a report without ${untold.join(" and ")}.`;
  return `${count(switchAlone)} of ${count(foreign)} foreign-owned objects need nothing but the switch to BucketOwnerEnforced: it makes the bucket owner own them, and nobody else loses access.`;
}

function unknownGrants({ grantsUnknown, provenance }: PlanSummary): string[] {
  if (provenance.columnsAbsent?.includes("ObjectAccessControlList") === true)
    return [
      `Whom object ACLs give access is NOT KNOWN, because the report has no ObjectAccessControlList${grantsUnknown === undefined ? "" : `: ${ofWhom(grantsUnknown)}`}. ` +
        "The switch ends such grants, the bucket owner's own objects included: see what they are in a report that has the column before you switch.",
    ];
  if (grantsUnknown === undefined) return [];
  return [
    `Whom object ACLs give access is NOT KNOWN of ${ofWhom(grantsUnknown)}: the report does not tell their ACLs. The switch ends such grants all the same.`,
  ];
}

/** Several lines, without colour, no line feed at the end. */
export function planSentence(summary: PlanSummary): string {
  const { provenance, forecast } = summary;
  const foreign = summary.rows - summary.ownedByBucketOwner - summary.deleteMarkers - (summary.held["owner-unavailable"] ?? 0);
  const planned = sum(summary.planned);
  const held = sum(summary.held);
  const lines = [
    switchAloneSentence(summary, foreign),
    `Report of ${provenance.reportCreated} on ${summary.bucket} (${provenance.ageHours} hours old when planned, ${provenance.fileFormat}, ${count(provenance.files.length)} files): ` +
      `${count(summary.rows)} rows, ${bytesText(summary.bytes)}; ${count(summary.ownedByBucketOwner)} owned by the bucket owner, ${count(summary.deleteMarkers)} delete markers, ` +
      `${count(summary.alreadyGranted)} already granted${summary.skipped > 0 ? `, ${count(summary.skipped)} skipped by rule` : ""}.`,
    planned === 0
      ? "Nothing is planned."
      : `Planned: ${count(planned)} objects, ${bytesText(summary.plannedBytes)} (${list(summary.planned)}).`,
  ];
  for (const [id, account] of Object.entries(summary.accounts)) {
    const work = sum(account.planned) === 0 ? "nothing to do" : list(account.planned);
    const waits = sum(account.held) === 0 ? "" : `; held ${list(account.held)}`;
    lines.push(`  ${id} ${account.name}: ${work}${waits}`);
  }
  lines.push(held === 0 ? "Nothing is held." : `Held for a person, listed in held/: ${count(held)} (${list(summary.held)}).`);
  for (const { owner, rows, bytes } of summary.unmappedOwners) {
    lines.push(`  no account of this campaign owns up to ${owner}: ${count(rows)} objects, ${bytesText(bytes)}`);
  }
  lines.push(...unknownGrants(summary));
  if (summary.thirdPartyGrantees.length > 0) {
    lines.push(
      "The switch ends these grants to others, the bucket owner's own objects included (grants/ has the whole table and a bucket policy to replace them):",
    );
    for (const g of summary.thirdPartyGrantees.slice(0, GRANTEES_SHOWN))
      lines.push(`  ${g.permission} to ${nameOf(g.grantee)}: ${count(g.objects)} objects, ${bytesText(g.bytes)}`);
    const more = summary.thirdPartyGrantees.length - GRANTEES_SHOWN;
    if (more > 0) lines.push(`  and ${count(more)} more`);
    const open = summary.thirdPartyGrantees.filter((g) => g.grantee in PUBLIC);
    if (open.length > 0)
      lines.push(
        `  ${open.length === 1 ? "One of them is" : `${open.length} of them are`} PUBLIC. A bucket policy that keeps such access is refused while Block Public Access is on (BlockPublicPolicy), and BlockPublicAcls refuses to write an ACL that has it.`,
      );
  }
  if (planned > 0) lines.push(...forecastLines(forecast));
  return lines.join("\n");
}
