// Lines of evidence: counts with their nouns, and long lists cut with the rest counted.
import { EVIDENCE_LINES_MAX } from "../limits.ts";

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** The first lines, and how many more there are. */
export function evidence(lines: readonly string[]): string[] {
  if (lines.length <= EVIDENCE_LINES_MAX) return [...lines];
  return [...lines.slice(0, EVIDENCE_LINES_MAX), `and ${(lines.length - EVIDENCE_LINES_MAX).toLocaleString("en-US")} more`];
}

/** Canonical IDs are long; the ends are enough to find them. Group URIs keep their name; whatever else there is stays as it is. */
export const shortGrantee = (grantee: string): string => {
  if (grantee.startsWith("http")) return `group ${grantee.slice(grantee.lastIndexOf("/") + 1)}`;
  return /^[0-9a-f]{32,}$/.test(grantee) ? `${grantee.slice(0, 8)}…${grantee.slice(-6)}` : grantee;
};
