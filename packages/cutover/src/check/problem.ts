// A problem that check found, in the shape of a finding: check and preflight are read by the same people.
import type { Finding } from "../finding.ts";

/** A problem that keeps a campaign from working. */
export const problem = (id: string, title: string, evidence: readonly string[], consequence: string, fix: string): Finding => ({
  id,
  severity: "blocking",
  acceptable: false,
  title,
  evidence,
  consequence,
  fix,
});

/** Something to know that keeps nothing from working. */
export const remark = (id: string, title: string, evidence: readonly string[], consequence: string, fix: string): Finding => ({
  ...problem(id, title, evidence, consequence, fix),
  severity: "warning",
  acceptable: true,
});
