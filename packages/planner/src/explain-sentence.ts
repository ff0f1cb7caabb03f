// What `plan --explain` tells a person about one object.
import type { ExplainedVersion, Explanation } from "./explain.ts";
import { bytesText } from "./figures.ts";

/** Several lines, without colour, no line feed at the end. */
export function explainSentence(explanation: Explanation): string {
  const { bucket, key, versionId, report, versions } = explanation;
  const old =
    report.ageHours > report.ageHoursMax
      ? `, more than limits.inventoryAgeHours (${report.ageHoursMax}), so plan refuses it unless told`
      : "";
  const source = `The report of ${report.created} on ${bucket} (${report.ageHours} hours old${old}; ${report.rows.toLocaleString("en-US")} rows, all of them looked through)`;
  if (versions.length === 0 && versionId !== null) {
    return `${source} has no row for version ${versionId} of ${key}. It was written since, deleted before, or the ID is another one: without --version-id, every version that the report has is told.`;
  }
  if (versions.length === 0) {
    return `${source} has no row for ${key}. It was written since, deleted before, or the key is another one: keys are given as S3 has them, not encoded.`;
  }
  const count = versions.length === 1 ? "one row" : `${versions.length} rows`;
  return [`${source} has ${count} for ${key}.`, ...versions.flatMap(versionLines)].join("\n");
}

function versionLines(version: ExplainedVersion): string[] {
  const { owner, acl, row } = version;
  const name =
    version.versionId === null ? "The object" : `Version ${version.versionId}${version.isLatest ? ", the current one" : ", not current"}`;
  const whose = owner.isBucketOwner ? "the bucket owner" : (owner.account ?? "no account of this campaign");
  const lines = [
    `${name}: ${verdict(version)}, because ${version.because}.`,
    `  row ${row.number} of ${row.file}`,
    `  ${version.isDeleteMarker ? "delete marker" : version.size === null ? "size unknown" : bytesText(version.size)}, last modified ${version.lastModified ?? "unknown"}, ETag ${version.etag ?? "unknown"}`,
    `  storage class ${version.storageClass || "unknown"}, encryption ${version.encryption || "unknown"}${lockText(version)}`,
    `  owner ${owner.canonicalId === "" ? "unknown" : owner.canonicalId} (${whose})`,
  ];
  if (acl.grants === null) lines.push(`  ACL ${acl.state === "unknown" ? "not in the report" : "not understood"}`);
  else {
    const grants = acl.grants.map((g) => `${g.permission} to ${"id" in g ? g.id : g.uri}`).join(", ");
    lines.push(`  ACL ${grants || "without grants"}; ${acl.thirdParty.length} of them to third parties`);
  }
  for (const { line, condition } of version.rulesPassedOver) lines.push(`  the rule in line ${line} does not match: ${condition}`);
  for (const step of version.steps) lines.push(`  would send ${step}`);
  if (version.switchAlone) lines.push("  the switch to BucketOwnerEnforced is all that it needs");
  return lines;
}

function verdict(version: ExplainedVersion): string {
  if (version.decision === "planned") return `planned for ${version.op}`;
  if (version.decision === "held") return `held (${version.reason})`;
  return { skip: "skipped", "already-granted": "nothing to do", own: "nothing to do", "delete-marker": "nothing to do" }[version.decision];
}

function lockText({ accessTier, lockMode, legalHold }: ExplainedVersion): string {
  return [
    accessTier && `, access tier ${accessTier}`,
    lockMode && `, Object Lock ${lockMode}`,
    legalHold && `, legal hold ${legalHold}`,
  ].join("");
}
