// ListObjectVersions over the same wire and signer as the hot calls: an SDK spends 80 ms of CPU on a page of a thousand versions.
import { canonicalQuery } from "../sign/uri.ts";
import type { Wire } from "../wire/wire.ts";
import { readVersionPage, type VersionMarker, type VersionPage } from "../xml/listing-document.ts";
import { leanExchange, type ObjectCallsOptions } from "./lean-exchange.ts";
import type { Answer } from "./object-calls.ts";

export interface ListingCalls {
  /** A page of up to 1,000 versions and delete markers after the marker; undefined: from the start. One attempt. */
  listObjectVersions(bucket: string, after: VersionMarker | undefined, signal?: AbortSignal): Promise<Answer<VersionPage>>;
}

/** The wire must take answers of `listing_bytes_max`. */
export function leanListingCalls(wire: Wire, options: ObjectCallsOptions): ListingCalls {
  const exchange = leanExchange(wire, options);
  return {
    listObjectVersions(bucket, after, signal) {
      const query: [string, string][] = [
        ["encoding-type", "url"],
        ["versions", ""],
      ];
      if (after !== undefined) query.push(["key-marker", after.key]);
      if (after?.versionId !== undefined) query.push(["version-id-marker", after.versionId]);
      return exchange({ bucket, method: "GET", effect: "read", query: canonicalQuery(query), signal }, ({ body }) =>
        readVersionPage(body.toString("utf8")),
      );
    },
  };
}
