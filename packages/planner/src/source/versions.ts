// A report of current objects only, on a bucket that keeps versions, says nothing about the old ones: they would be planned around without a word (domain.md 8.9).
import { PlanError } from "../error.ts";
import type { Manifest } from "./manifest.ts";

/** What the bucket itself says (GetBucketVersioning). */
export type Versioning = "Enabled" | "Suspended" | "never";

/**
 * Rejects with PlanError where the report has no VersionId and the bucket has versions, unless `currentOnly`.
 * A sentence where that could not be found out; undefined where there is nothing to say. The bucket is asked only where its answer matters.
 */
export async function checkVersions(
  manifest: Manifest,
  where: string,
  versioning: (() => Promise<Versioning>) | undefined,
  currentOnly: boolean,
): Promise<string | undefined> {
  if (manifest.columns.at.versionId !== undefined) return undefined;
  const only = `The report ${where} has no VersionId column: it lists current objects only`;
  if (currentOnly) return `${only}, as --current-only accepts. Old versions, their owners and grants are not in the plan.`;
  if (versioning === undefined) return `${only}, and whether ${manifest.sourceBucket} has others was not asked.`;
  let answer: Versioning;
  try {
    answer = await versioning();
  } catch (error) {
    // Planning works without the bucket; what could not be asked is told.
    const reason = error instanceof Error ? error.message : String(error);
    return `${only}, and whether ${manifest.sourceBucket} has others could not be asked (${reason}). If it has, they are not in the plan.`;
  }
  if (answer === "never") return undefined;
  throw new PlanError(
    "versions-missing",
    `${only}, but versioning of ${manifest.sourceBucket} is ${answer === "Enabled" ? "on" : "suspended"}: old versions owned by others would be left out without a word. ` +
      "Plan from a report with IncludedObjectVersions: All, or accept that with --current-only.",
  );
}
