// Lists a whole bucket with many requests at once, whatever the distribution of its keys.
//
// The key space is always covered by ranges that touch but never overlap: it begins as one, and a range is cut only at a key that
// lies strictly inside what it still has to list. A page may bring keys beyond a range's end (the range was cut while the request
// was under way); they belong to the other part and are left to it. So every version is handed on exactly once.
import { compareKeys, middleKey } from "./keyspace.ts";
import type { ListedVersion, ListPage, Marker } from "./page.ts";

interface Range {
  marker: Marker;
  upTo: string | undefined;
  pages: number;
}

export interface ListingProgress {
  versions: number;
  requests: number;
  /** Requests that found nothing in their range: the price of cutting blindly. */
  empty: number;
  inFlight: number;
}

export interface ListingOptions {
  readonly listPage: ListPage;
  /** Requests in flight at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called with each page's versions, one call at a time. */
  readonly onVersions: (versions: readonly ListedVersion[]) => Promise<void>;
  readonly onProgress?: (progress: ListingProgress) => void;
}

/** Resolves when every version was handed on. The first failing request ends it; nothing listed is complete then. */
export async function listVersions(options: ListingOptions): Promise<ListingProgress> {
  const { listPage, concurrency, signal, onVersions, onProgress } = options;
  const progress: ListingProgress = { versions: 0, requests: 0, empty: 0, inFlight: 0 };
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
      const page = await listPage(range.marker, stop).finally(() => progress.inFlight--);
      const end = range.upTo;
      const inside = end === undefined ? page.versions : page.versions.filter((v) => compareKeys(v.key, end) <= 0);
      if (inside.length === 0) progress.empty++;
      progress.versions += inside.length;
      range.pages++;
      const more = page.next !== undefined && (end === undefined || compareKeys(page.next.key, end) <= 0);
      // A range that ends must not be cut any more, and one that goes on may be cut only beyond its new marker.
      if (more && page.next !== undefined) range.marker = page.next;
      else active.delete(range);
      const mine = handing.then(() => onVersions(inside));
      handing = mine;
      onProgress?.({ ...progress });
      if (more) cut();
      await mine;
      if (!more) {
        cut();
        return;
      }
    }
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

  /** Gives idle requests something to do: the ranges that have gone on longest are cut in two. */
  function cut(): void {
    const longest = [...active].filter((r) => r.pages > 0).sort((a, b) => b.pages - a.pages);
    for (const range of longest) {
      if (active.size >= concurrency) return;
      const middle = middleKey({ after: range.marker.key, upTo: range.upTo });
      if (middle === undefined) continue;
      const upper: Range = { marker: { key: middle }, upTo: range.upTo, pages: 0 };
      range.upTo = middle;
      start(upper);
    }
  }

  start({ marker: { key: "" }, upTo: undefined, pages: 0 });
  while (running.size > 0) await Promise.all(running);
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  await handing;
  return progress;
}
