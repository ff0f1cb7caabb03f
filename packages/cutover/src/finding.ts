// One thing that stands between a bucket and its switch, with what was seen, what it would mean, and what to do about it.

export type Severity = "blocking" | "warning" | "note";

/** Fixes that the operator may order by name (`--fix`). */
export const ANSWERS = ["bucket-acl-grants", "third-party-grants"] as const;
export type AnswerId = (typeof ANSWERS)[number];

export interface Finding {
  /** Stable, e.g. `bucket-acl-grants`: what `--accept` takes. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** What was seen, one line each. */
  readonly evidence: readonly string[];
  readonly consequence: string;
  readonly fix: string;
  /** Present where `--fix <answer>` does it. */
  readonly answer?: AnswerId;
  /** false: S3 itself refuses, or accepting it would make a later claim untrue. Only blocking findings need accepting. */
  readonly acceptable: boolean;
  readonly accepted?: boolean;
}

/** A blocking finding that nobody has resolved or accepted. */
export const stands = (finding: Finding): boolean => finding.severity === "blocking" && finding.accepted !== true;

/** Marks what the operator accepts by name; what cannot be accepted stays as it is. */
export function accept(findings: readonly Finding[], ids: readonly string[]): Finding[] {
  return findings.map((f) => (f.severity === "blocking" && f.acceptable && ids.includes(f.id) ? { ...f, accepted: true } : f));
}

const RANK: Record<Severity, number> = { blocking: 0, warning: 1, note: 2 };

/** Worst first; within a severity in the order found. */
export const bySeverity = (findings: readonly Finding[]): Finding[] => findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
