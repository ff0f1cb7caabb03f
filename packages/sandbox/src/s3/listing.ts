/**
 * The walk behind every listing: keys in UTF-8 byte order, rolled up into common prefixes, up to a maximum; and the pieces
 * the listing documents share.
 */
import { encodePercent } from "../http/percent.ts";
import { invalidArgument } from "../http/s3-error.ts";
import { element, wrap } from "../http/xml-write.ts";
import { compareKeys, type KeyIndex } from "../store/key-index.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

export interface Walk {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Keys (and common prefixes) after this one; empty: from the start. */
  readonly after: string;
  readonly max: number;
}

export interface Page<T> {
  readonly entries: T[];
  readonly commonPrefixes: string[];
  readonly truncated: boolean;
  /** The last key or common prefix shown. */
  readonly last: string | undefined;
}

/** Current objects, delete markers left out. */
export function walkCurrent(index: KeyIndex, walk: Walk): Page<ObjectVersion> {
  const entries: ObjectVersion[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  if (walk.max === 0) return { entries, commonPrefixes, truncated: false, last };
  let { from, after } = startOf(walk.prefix, walk.after);
  // A marker that is a common prefix covers everything below it.
  const covered = coveredPrefix(walk);
  if (covered !== undefined) from = `${covered}\u{10ffff}`;
  for (;;) {
    let jump: string | undefined;
    for (const newest of index.newestFrom(from, after)) {
      const { key } = newest;
      if (!key.startsWith(walk.prefix)) break;
      if (covered !== undefined && key.startsWith(covered)) continue;
      if (newest.isDeleteMarker) continue;
      if (entries.length + commonPrefixes.length >= walk.max) return { entries, commonPrefixes, truncated: true, last };
      const common = commonPrefixOf(key, walk.prefix, walk.delimiter);
      if (common === undefined) {
        entries.push(newest);
        last = key;
        continue;
      }
      if (common !== commonPrefixes.at(-1)) {
        commonPrefixes.push(common);
        last = common;
      }
      jump = common;
      break;
    }
    if (jump === undefined) return { entries, commonPrefixes, truncated: false, last };
    // Everything below the common prefix is told by it: go on behind it.
    from = `${jump}\u{10ffff}`;
    after = true;
  }
}

/** Where a walk begins. From there on, keys with the prefix stand together: the first one without it ends the walk. */
export function startOf(prefix: string, marker: string): { from: string; after: boolean } {
  return marker !== "" && compareKeys(marker, prefix) >= 0 ? { from: marker, after: true } : { from: prefix, after: false };
}

function coveredPrefix(walk: Walk): string | undefined {
  if (walk.delimiter === undefined || walk.after === "") return undefined;
  const common = commonPrefixOf(walk.after, walk.prefix, walk.delimiter);
  return common === walk.after ? common : undefined;
}

/** `photos/2026/` for key `photos/2026/a.jpg`, prefix `photos/`, delimiter `/`; undefined when the key stands for itself. */
export function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

export const commonPrefixXml = (prefixes: readonly string[], encode: (text: string) => string): string =>
  prefixes.map((prefix) => wrap("CommonPrefixes", element("Prefix", encode(prefix)))).join("");

/** A parameter that counts; 400 unless it is a non-negative integer. */
export function countOf(call: Call, name: string, fallback: number): number {
  const text = call.request.query.get(name);
  if (text === undefined || text === "") return fallback;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > 2_147_483_647) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, text);
  }
  return count;
}

/** How keys are written: as they are, or with `encoding-type=url` percent-encoded (space as `+`, `/` plain). */
export function encodingOf(call: Call): (text: string) => string {
  const type = call.request.query.get("encoding-type");
  if (type === undefined || type === "") return (text) => text;
  if (type !== "url") throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  return formEncoded;
}

function formEncoded(text: string): string {
  const encoded = encodePercent(text, true);
  return encoded === text ? text : encoded.replaceAll("%20", "+");
}

/**
 * ETag, checksum, size, owner and class: what the rows of all listings have. `owner` undefined: not told. Only keys need
 * escaping; what else stands in a row, the sandbox wrote itself.
 */
export function objectXml(version: ObjectVersion, owner: string | undefined): string {
  const { checksum } = version;
  const sums =
    checksum === undefined
      ? ""
      : `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
  const owned = owner === undefined ? "" : `<Owner><ID>${owner}</ID></Owner>`;
  return `<ETag>&quot;${version.etag}&quot;</ETag>${sums}<Size>${version.size}</Size>${owned}<StorageClass>${version.storageClass}</StorageClass>`;
}
