// What `plan` tells a person: first what needs nothing but the switch, then the work, what waits for somebody, what would be lost, and what it costs.
import { type PlanSummary, sum } from "@quitclaim/campaign";
import { bytesText, count } from "./figures.ts";
import { forecastLines } from "./forecast/sentences.ts";

const list = (counts: Partial<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${count(n ?? 0)}`)
    .join(", ");

const GRANTEES_SHOWN = 8;

/** Several lines, without colour, no line feed at the end. */
export function planSentence(summary: PlanSummary): string {
  const { provenance, forecast } = summary;
  const foreign = summary.rows - summary.ownedByBucketOwner - summary.deleteMarkers - (summary.held["owner-unavailable"] ?? 0);
  const planned = sum(summary.planned);
  const held = sum(summary.held);
  const lines = [
    `${count(summary.switchAlone)} of ${count(foreign)} foreign-owned objects need nothing but the switch to BucketOwnerEnforced: it makes the bucket owner own them, and nobody else loses access.`,
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
  if (summary.thirdPartyGrantees.length > 0) {
    lines.push(
      "The switch ends these grants to others, the bucket owner's own objects included (grants/ has the whole table and a bucket policy to replace them):",
    );
    for (const g of summary.thirdPartyGrantees.slice(0, GRANTEES_SHOWN))
      lines.push(`  ${g.permission} to ${g.grantee}: ${count(g.objects)} objects, ${bytesText(g.bytes)}`);
    const more = summary.thirdPartyGrantees.length - GRANTEES_SHOWN;
    if (more > 0) lines.push(`  and ${count(more)} more`);
  }
  if (planned > 0) lines.push(...forecastLines(forecast));
  return lines.join("\n");
}
