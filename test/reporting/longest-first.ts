// The order in which test files begin: whole campaigns first, which take minutes and mostly wait, then the longest of the packages, so that none of
// them is left alone at the end.
import { relative, sep } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = import.meta.dirname.split(sep).slice(0, -2).join(sep);
/** By the beginnings of their paths. What `rate` measures suffers from others that compute: it goes beside those that wait most. */
const CAMPAIGNS = ["test/cli", "test/resume", "test/rate", "test/rgw", "test/chaos", "test/campaign", "test/"];
const OF_PACKAGES = ["planner/test/columnar/desk", "planner/test/orc/damage", "worker/test/copy-once", "worker/test/rate/lease"];
const LONGEST = [...CAMPAIGNS, ...OF_PACKAGES.map((path) => `packages/${path}`)];

function rank(file: TestSpecification): number {
  const path = relative(ROOT, file.moduleId).split(sep).join("/");
  const found = LONGEST.findIndex((prefix) => path.startsWith(prefix));
  return found < 0 ? LONGEST.length : found;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Among equals, as vitest would: by what it remembers of them, and by size.
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
