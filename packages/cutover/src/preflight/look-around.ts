// A bounded look at what lies in the bucket now, never a listing of all of it: versions of others that arrived after the inventory, and some versions of
// others at all, whose encryption no plan row tells (what was granted by its uploader is neither planned nor held).
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { call } from "../call.ts";
import { ARRIVAL_PAGES_MAX, KMS_SAMPLE_MAX } from "../limits.ts";
import { random, seedOf } from "../sample/random.ts";
import { addressed, type Target } from "../target.ts";
import type { ArrivalsSeen } from "./facts.ts";

const EXAMPLES_MAX = 3;

export interface Around {
  readonly arrivals: ArrivalsSeen;
  /** Others' versions, a random sample of those listed. */
  readonly foreign: readonly { readonly key: string; readonly version: string }[];
}

/**
 * Lists from the beginning for half of the pages. A bucket that is longer is then looked into behind the given keys (a sample of the plan), one page each.
 * `since` is epoch milliseconds.
 */
export async function lookAround(target: Target, since: number, startKeys: readonly string[]): Promise<Around> {
  const foreign: { key: string; version: string }[] = [];
  const next = random(seedOf(target.bucket));
  let others = 0;
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
  return { arrivals: { ...seen, whole }, foreign };

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
      if (owner === undefined || owner === target.ownerCanonicalId) continue;
      keep({ key: found.Key ?? "", version: found.VersionId ?? "null" });
      if ((found.LastModified?.getTime() ?? 0) <= since) continue;
      seen.arrived++;
      seen.owners[owner] = (seen.owners[owner] ?? 0) + 1;
      if (seen.examples.length < EXAMPLES_MAX) seen.examples.push(found.Key ?? "");
    }
    if (answer.IsTruncated !== true || answer.NextKeyMarker === undefined) return undefined;
    return { key: answer.NextKeyMarker, version: answer.NextVersionIdMarker };
  }

  /** Every version seen has the same chance to be among those kept. */
  function keep(version: { key: string; version: string }): void {
    others++;
    if (foreign.length < KMS_SAMPLE_MAX) foreign.push(version);
    else {
      const at = Math.floor(next() * others);
      if (at < KMS_SAMPLE_MAX) foreign[at] = version;
    }
  }
}
