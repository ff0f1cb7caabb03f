/**
 * The versions of a bucket by key, and the keys in UTF-8 byte order (S3's listing order). Each key holds a chain of versions,
 * newest first. Sorting is lazy: writes only note new keys, the next listing merges them in.
 */
import type { ObjectVersion, VersionId } from "./object.ts";

/** Few enough new keys to insert one by one instead of merging the whole array. */
const insertSinglyMax = 64;

export class KeyIndex {
  readonly #newest = new Map<string, ObjectVersion>();
  #sorted: string[] = [];
  #added: string[] = [];
  /** Keys in `#sorted` that have no version left. */
  #gone = 0;
  #versions = 0;

  /** Keys that have at least one version or delete marker. */
  get keyCount(): number {
    return this.#newest.size;
  }

  /** Versions and delete markers. */
  get versionCount(): number {
    return this.#versions;
  }

  /** The newest version or delete marker of a key; `.older` leads to the others. */
  newest(key: string): ObjectVersion | undefined {
    return this.#newest.get(key);
  }

  find(key: string, versionId: VersionId): ObjectVersion | undefined {
    let at = this.#newest.get(key);
    while (at !== undefined && at.versionId !== versionId) at = at.older;
    return at;
  }

  /** Puts a version on top. A null version takes the place of the key's former null version. */
  insert(version: ObjectVersion): void {
    if (version.versionId === "null") this.remove(version.key, "null");
    const former = this.#newest.get(version.key);
    version.older = former;
    this.#newest.set(version.key, version);
    this.#versions++;
    if (former === undefined) this.#added.push(version.key);
  }

  /** Takes a version out of its chain; undefined when there is none. */
  remove(key: string, versionId: VersionId): ObjectVersion | undefined {
    let newer: ObjectVersion | undefined;
    let at = this.#newest.get(key);
    while (at !== undefined && at.versionId !== versionId) {
      newer = at;
      at = at.older;
    }
    if (at === undefined) return undefined;
    this.#versions--;
    if (newer !== undefined) newer.older = at.older;
    else if (at.older !== undefined) this.#newest.set(key, at.older);
    else {
      this.#newest.delete(key);
      this.#gone++;
    }
    at.older = undefined;
    return at;
  }

  /**
   * The newest version of each key, in byte order from the first key >= `from` (or > `from`, when `after`). What is written
   * during the walk may or may not show; no key comes twice and none is left out for it.
   */
  *newestFrom(from: string, after: boolean): Generator<ObjectVersion> {
    this.#settle();
    let sorted = this.#sorted;
    let at = this.#lowerBound(from);
    if (after && sorted[at] === from) at++;
    for (; at < sorted.length; at++) {
      const key = sorted[at] as string;
      const newest = this.#newest.get(key);
      if (newest === undefined) continue;
      yield newest;
      // A listing in between may have settled new keys, before this place or behind it.
      if (sorted === this.#sorted && sorted[at] === key) continue;
      sorted = this.#sorted;
      at = this.#lowerBound(key);
      if (sorted[at] !== key) at--;
    }
  }

  #settle(): void {
    if (this.#gone > 1024 && this.#gone > this.#sorted.length / 2) {
      this.#sorted = this.#sorted.filter((key) => this.#newest.has(key));
      this.#gone = 0;
    }
    if (this.#added.length === 0) return;
    const added = this.#added;
    this.#added = [];
    if (added.length <= insertSinglyMax) this.#insertSingly(added);
    else this.#merge(added);
  }

  #insertSingly(added: readonly string[]): void {
    for (const key of added) {
      const at = this.#lowerBound(key);
      if (this.#sorted[at] !== key) this.#sorted.splice(at, 0, key);
      else this.#gone--;
    }
  }

  #merge(added: string[]): void {
    sortKeys(added);
    const merged: string[] = [];
    let i = 0;
    for (const key of this.#sorted) {
      while (i < added.length && compareKeys(added[i] as string, key) < 0) pushNew(merged, added[i++] as string);
      if (added[i] === key) this.#gone--;
      while (added[i] === key) i++;
      merged.push(key);
    }
    while (i < added.length) pushNew(merged, added[i++] as string);
    this.#sorted = merged;
  }

  #lowerBound(key: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#sorted[middle] as string, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A key deleted and written again before a settle stands twice among the added. */
function pushNew(merged: string[], key: string): void {
  if (merged[merged.length - 1] !== key) merged.push(key);
}

/** Code units from here on (surrogates and what lies above them) are where the orders of UTF-16 and UTF-8 differ. */
const high = /[\ud800-\uffff]/;

/**
 * Sorts in place. Keys without high code units, nearly all, go through the engine's own string sort, far faster than a
 * comparison of ours; between one of them and a key with high units the two orders agree.
 */
function sortKeys(keys: string[]): void {
  const odd = keys.filter((key) => high.test(key));
  if (odd.length === 0) {
    keys.sort();
    return;
  }
  const plain = keys.filter((key) => !high.test(key)).sort();
  odd.sort(compareKeys);
  let at = 0;
  let i = 0;
  for (const key of plain) {
    while (i < odd.length && (odd[i] as string) < key) keys[at++] = odd[i++] as string;
    keys[at++] = key;
  }
  while (i < odd.length) keys[at++] = odd[i++] as string;
}

/** UTF-8 byte order: as UTF-16 order, except that surrogates (above U+FFFF) come after U+E000..U+FFFF. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
