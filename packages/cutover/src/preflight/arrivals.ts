// Versions that arrived after the inventory and belong to others: a bounded look at the bucket, never a listing of all of it.
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { call } from "../call.ts";
import { ARRIVAL_PAGES_MAX } from "../limits.ts";
import { addressed, type Target } from "../target.ts";
import type { ArrivalsSeen } from "./facts.ts";

const EXAMPLES_MAX = 3;

/**
 * Lists from the beginning for half of the pages. A bucket that is longer is then looked into behind the given keys (a sample of the plan), one page each.
 * `since` is epoch milliseconds.
 */
export async function findArrivals(target: Target, since: number, startKeys: readonly string[]): Promise<ArrivalsSeen> {
  const seen = { looked: 0, arrived: 0, owners: {} as Record<string, number>, examples: [] as string[] };
  let at: { key?: string | undefined; version?: string | undefined } = {};
  let pages = 0;
  let whole = false;
  for (; pages < ARRIVAL_PAGES_MAX / 2; pages++) {
    const page = await listPage(at.key, at.version);
    if (page === undefined) {
      whole = true;
      break;
    }
    at = page;
  }
  // Behind the listed part only: keys are in order of their UTF-8 bytes.
  const listed = Buffer.from(at.key ?? "");
  const further = whole ? [] : startKeys.filter((key) => Buffer.compare(Buffer.from(key), listed) > 0);
  for (const key of further.slice(0, ARRIVAL_PAGES_MAX - pages)) await listPage(key, undefined);
  return { ...seen, whole };

  /** Where the next page begins; undefined: this was the last one. */
  async function listPage(
    key: string | undefined,
    version: string | undefined,
  ): Promise<{ key: string; version: string | undefined } | undefined> {
    const answer = await call("ListObjectVersions", target.bucket, () =>
      target.client.send(
        new ListObjectVersionsCommand({
          ...addressed(target),
          ...(key === undefined ? {} : { KeyMarker: key }),
          ...(version === undefined ? {} : { VersionIdMarker: version }),
        }),
      ),
    );
    for (const found of answer.Versions ?? []) {
      seen.looked++;
      const owner = found.Owner?.ID;
      if (owner === undefined || owner === target.ownerCanonicalId || (found.LastModified?.getTime() ?? 0) <= since) continue;
      seen.arrived++;
      seen.owners[owner] = (seen.owners[owner] ?? 0) + 1;
      if (seen.examples.length < EXAMPLES_MAX) seen.examples.push(found.Key ?? "");
    }
    if (answer.IsTruncated !== true || answer.NextKeyMarker === undefined) return undefined;
    return { key: answer.NextKeyMarker, version: answer.NextVersionIdMarker };
  }
}
