/** Archived objects: readable only while a restored copy of them exists. */
import { invalidObjectState } from "../http/s3-error.ts";
import type { ObjectVersion } from "../store/object.ts";

const archiveClasses = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export function isArchived(version: ObjectVersion): boolean {
  return archiveClasses.has(version.storageClass) || version.archiveTier !== undefined;
}

/** Whether there is a restored copy, which ends on its day. */
export const isRestored = (version: ObjectVersion, now: number): boolean =>
  version.restore !== undefined && version.restore.expiresAt > now;

/** 403 InvalidObjectState for reads and copies of what is archived and not restored. */
export function demandReadable(version: ObjectVersion, now: number): void {
  if (!isArchived(version)) return;
  if (!isRestored(version, now)) throw invalidObjectState(version.storageClass, version.archiveTier);
}
