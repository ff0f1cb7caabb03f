// A scene for a file of tests, and preflight's look at a bucket in it.
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { type Finding, type Preflight, type PreflightOptions, preflight } from "../../src/index.ts";
import { type PlanFacts, type PlannedObject, writePlan } from "./plan.ts";
import { openScene, type Place, type Scene } from "./scene.ts";

export let scene: Scene;

/** For the whole file, once. */
export function usesScene(): void {
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());
}

export const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

export async function planned(place: Place, objects: readonly PlannedObject[], more: Partial<PlanFacts> = {}): Promise<void> {
  await writePlan(place.store, { bucket: place.name, owner: scene.owner, objects: new Map([[scene.uploaders[0], objects]]), ...more });
}

export const look = (place: Place, options: Partial<PreflightOptions> = {}): Promise<Preflight> =>
  preflight(place.target, place.store, { inventoryAgeHours: 72, ...options });

export async function finding(place: Place, id: string, options: Partial<PreflightOptions> = {}): Promise<Finding | undefined> {
  return (await look(place, options)).findings.find((f) => f.id === id);
}

export const done: PlannedObject = { key: "a", outcome: "granted" };

export const allow = (place: Place, ...statements: object[]): Promise<unknown> =>
  scene.as(scene.owner).send(
    new PutBucketPolicyCommand({
      Bucket: place.name,
      Policy: JSON.stringify({ ...JSON.parse(place.policy), Statement: [...JSON.parse(place.policy).Statement, ...statements] }),
    }),
  );
