// Lists a whole bucket with many requests at once, whatever the distribution of its keys.
//
// The key space is always covered by ranges that touch but never overlap: it begins as one, and a range is cut only at a key that
// lies strictly inside what it still has to list. A page may bring keys beyond a range's end (the range was cut while the request
// was under way); they belong to the other part and are left to it. So every version is handed on exactly once.
import { cutKey, depthsOf, type Stretch, type Way } from "./cut.ts";
import { alike, codePointsOf, compareKeys } from "./keyspace.ts";
import type { ListedVersion, ListPage, Marker } from "./page.ts";

interface Range {
  marker: Marker;
  upTo: string | undefined;
  /** Pages had, the first version of a new range not counted. */
  pages: number;
  /** Code points that the keys of its last page share. */
  shared: number;
  /** Cuts that it may still have before its next page. */
  cuts: number;
  /** Cuts in a row that had nothing on their other side. */
  futile: number;
  /** How it is cut next: down after a cut that was futile. */
  way: Way;
  /** The range that this one was cut from, until its first page. */
  cutFrom: Range | undefined;
}

export interface ListingProgress {
  versions: number;
  requests: number;
  /** Requests that found nothing in their range: the price of cutting what nobody has seen. */
  empty: number;
  inFlight: number;
  /** Most requests that were in flight at once. */
  atOnce: number;
}

export interface ListingOptions<T = ListedVersion> {
  readonly listPage: ListPage;
  /** Requests in flight at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** What else is to be known of a page's versions, for many pages at once; left out: nothing. */
  readonly complete: (versions: readonly ListedVersion[]) => Promise<readonly T[]> | readonly T[];
  /** Takes each page's versions, one call at a time; the next page of a range is asked for once its last was taken. */
  readonly onVersions: (versions: readonly T[]) => Promise<void>;
  readonly onProgress?: (progress: ListingProgress) => void;
}

/** Cuts of one range for one page of it: what is less than a page is never cut, and guesses are not built upon guesses. */
const CUTS_A_PAGE = 2;
/** A cut with nothing on its other side has told where the keys end, and may be made up for at once; so many in a row at most. */
const FUTILE_CUTS_MAX = 16;

/** Resolves when every version was handed on. The first failing request ends it; nothing listed is complete then. */
export async function listVersions<T>(options: ListingOptions<T>): Promise<ListingProgress> {
  const { listPage, concurrency, signal, complete, onVersions, onProgress } = options;
  const progress: ListingProgress = { versions: 0, requests: 0, empty: 0, inFlight: 0, atOnce: 0 };
  const active = new Set<Range>();
  let handing: Promise<void> = Promise.resolve();
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const running = new Set<Promise<void>>();

  async function follow(range: Range): Promise<void> {
    for (;;) {
      stop.throwIfAborted();
      progress.requests++;
      progress.inFlight++;
      progress.atOnce = Math.max(progress.atOnce, progress.inFlight);
      // Whether there is anything in a new range is asked for one version: a page of what lies behind it would be in vain.
      const page = await listPage(range.marker, stop, range.cutFrom === undefined ? undefined : 1).finally(() => progress.inFlight--);
      const end = range.upTo;
      const inside = end === undefined ? page.versions : page.versions.filter((v) => compareKeys(v.key, end) <= 0);
      if (inside.length === 0) progress.empty++;
      progress.versions += inside.length;
      const more = page.next !== undefined && (end === undefined || compareKeys(page.next.key, end) <= 0);
      learn(range, inside);
      // A range that ends must not be cut any more, and one that goes on may be cut only beyond its new marker.
      if (more && page.next !== undefined) range.marker = page.next;
      else active.delete(range);
      const mine = Promise.all([complete(inside), handing]).then(([versions]) => onVersions(versions));
      handing = mine;
      onProgress?.({ ...progress });
      cut();
      await mine;
      if (!more) return;
    }
  }

  /** `inside`: of the range's page that has just come. */
  function learn(range: Range, inside: readonly ListedVersion[]): void {
    const from = range.cutFrom;
    if (from !== undefined) {
      range.cutFrom = undefined;
      // One version tells nothing of how dense the others are: what the range that it was cut from had seen holds on.
      if (inside.length > 0) {
        from.futile = 0;
        from.way = "across";
        range.cuts = 1;
      } else {
        from.way = "down";
        if (++from.futile <= FUTILE_CUTS_MAX) from.cuts++;
      }
      return;
    }
    range.pages++;
    range.cuts = range.futile <= FUTILE_CUTS_MAX || isPowerOfTwo(range.pages) ? CUTS_A_PAGE : 0;
    const last = inside.at(-1)?.key;
    if (last === undefined) return;
    let units = last.length;
    for (const { key } of inside) units = Math.min(units, alike(last, key));
    range.shared = codePointsOf(last.slice(0, units)).length;
  }

  function start(range: Range): void {
    active.add(range);
    const task: Promise<void> = follow(range)
      .catch((error: unknown) => {
        active.delete(range);
        failed.abort(error);
      })
      .finally(() => running.delete(task));
    running.add(task);
  }

  /** Gives idle requests something to do: the ranges that most may be left of are cut in two. */
  function cut(): void {
    if (active.size >= concurrency) return;
    const stretch = (r: Range): Stretch => ({ after: r.marker.key, upTo: r.upTo, shared: r.shared });
    const cuttable = [...active].filter((r) => r.cuts > 0).map((range) => ({ range, depths: depthsOf(stretch(range)) }));
    cuttable.sort((a, b) => b.depths - a.depths || b.range.pages - a.range.pages);
    for (const { range } of cuttable) {
      while (range.cuts > 0 && active.size < concurrency) {
        const key = cutKey(stretch(range), range.way);
        if (key === undefined) break;
        const { upTo, shared } = range;
        range.upTo = key;
        range.cuts--;
        start({ marker: { key }, upTo, pages: 0, shared, cuts: 0, futile: 0, way: "across", cutFrom: range });
      }
    }
  }

  start({ marker: { key: "" }, upTo: undefined, pages: 0, shared: 0, cuts: 0, futile: 0, way: "across", cutFrom: undefined });
  while (running.size > 0) await Promise.all(running);
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  await handing;
  return progress;
}

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;
