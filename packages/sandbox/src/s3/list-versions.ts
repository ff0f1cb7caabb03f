/** ListObjectVersions: every version and delete marker with its owner, keys in byte order, newest first within a key. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidArgument } from "../http/s3-error.ts";
import { document, element, escapeXml } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import { effectiveOwner } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import { sequenceOf } from "../store/store.ts";
import type { Call, Operation } from "./call.ts";
import { commonPrefixOf, commonPrefixXml, countOf, encodingOf, objectXml, startOf } from "./listing.ts";

const pageMax = 1000;

export const listObjectVersions: Operation = { name: "ListObjectVersions", run };

interface VersionWalk {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly keyMarker: string;
  readonly idMarker: string | undefined;
  readonly max: number;
}

interface VersionRow {
  readonly version: ObjectVersion;
  readonly isLatest: boolean;
}

interface VersionPage {
  readonly rows: VersionRow[];
  readonly commonPrefixes: string[];
  readonly truncated: boolean;
  readonly nextKey: string | undefined;
  readonly nextId: string | undefined;
}

function run(call: Call): Reply {
  const bucket = call.target();
  demand(call, { action: "s3:ListBucketVersions", bucket });
  const { query } = call.request;
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter");
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("version-id-marker");
  if (idMarker !== undefined && idMarker !== "" && keyMarker === "") {
    throw invalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker", idMarker);
  }
  const max = Math.min(countOf(call, "max-keys", pageMax), pageMax);
  const encode = encodingOf(call);
  const page = walkVersions(bucket, { prefix, delimiter, keyMarker, idMarker: idMarker === "" ? undefined : idMarker, max });
  return {
    status: 200,
    body: document(
      "ListVersionsResult",
      element("Name", bucket.name) +
        element("Prefix", encode(prefix)) +
        element("KeyMarker", encode(keyMarker)) +
        element("VersionIdMarker", idMarker ?? "") +
        (page.truncated ? element("NextKeyMarker", encode(page.nextKey ?? "")) + element("NextVersionIdMarker", page.nextId) : "") +
        element("MaxKeys", max) +
        element("Delimiter", delimiter === undefined ? undefined : encode(delimiter)) +
        element("EncodingType", query.get("encoding-type")) +
        element("IsTruncated", page.truncated) +
        page.rows.map((row) => versionXml(bucket, row, encode)).join("") +
        commonPrefixXml(page.commonPrefixes, encode),
    ),
  };
}

function walkVersions(bucket: Bucket, walk: VersionWalk): VersionPage {
  const index = bucket.versions;
  const rows: VersionRow[] = [];
  const commonPrefixes: string[] = [];
  let nextKey: string | undefined;
  let nextId: string | undefined;
  const page = (truncated: boolean): VersionPage => ({ rows, commonPrefixes, truncated, nextKey, nextId });
  if (walk.max === 0) return page(false);
  const marked = commonPrefixOf(walk.keyMarker, walk.prefix, walk.delimiter) === walk.keyMarker ? walk.keyMarker : undefined;
  const resumes = walk.idMarker !== undefined;
  let { from, after } = startOf(walk.prefix, walk.keyMarker);
  if (resumes) after = false;
  for (;;) {
    let jump: string | undefined;
    for (const newest of index.newestFrom(from, after)) {
      const { key } = newest;
      if (!key.startsWith(walk.prefix)) break;
      const common = commonPrefixOf(key, walk.prefix, walk.delimiter);
      if (common !== undefined) {
        if (common !== marked && common !== commonPrefixes.at(-1)) {
          if (rows.length + commonPrefixes.length >= walk.max) return page(true);
          commonPrefixes.push(common);
          nextKey = common;
          nextId = undefined;
        }
        jump = common;
        break;
      }
      let at = key === walk.keyMarker && resumes ? afterMarker(newest, walk.idMarker as string) : newest;
      for (; at !== undefined; at = at.older) {
        if (rows.length + commonPrefixes.length >= walk.max) return page(true);
        rows.push({ version: at, isLatest: at === newest });
        nextKey = key;
        nextId = at.versionId;
      }
    }
    if (jump === undefined) return page(false);
    // Everything below the common prefix is told by it: go on behind it.
    from = `${jump}\u{10ffff}`;
    after = true;
  }
}

/** The version after the marker in the chain; where the marker itself is gone, the first one created before it. */
function afterMarker(newest: ObjectVersion | undefined, marker: string): ObjectVersion | undefined {
  for (let at = newest; at !== undefined; at = at.older) if (at.versionId === marker) return at.older;
  const gone = sequenceOf(marker);
  if (gone === undefined) return undefined;
  let at = newest;
  while (at !== undefined && (sequenceOf(at.versionId) ?? -1) >= gone) at = at.older;
  return at;
}

function versionXml(bucket: Bucket, { version, isLatest }: VersionRow, encode: (text: string) => string): string {
  const owner = effectiveOwner(bucket, version);
  const head = `<Key>${escapeXml(encode(version.key))}</Key><VersionId>${version.versionId}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>${isoDate(version.lastModified)}</LastModified>`;
  if (version.isDeleteMarker) return `<DeleteMarker>${head}<Owner><ID>${owner}</ID></Owner></DeleteMarker>`;
  return `<Version>${head}${objectXml(version, owner)}</Version>`;
}
