// ListObjectVersions over the same wire and signer as the hot calls: an SDK spends 80 ms of CPU on a page of a thousand versions.
import { canonicalQuery } from "../sign/uri.ts";
import type { Wire } from "../wire/wire.ts";
import { readVersionPage, type VersionMarker, type VersionPage } from "../xml/listing-document.ts";
import { leanExchange, type ObjectCallsOptions } from "./lean-exchange.ts";
import type { Answer } from "./object-calls.ts";

export interface ListingRequest {
  readonly bucket: string;
  readonly after?: VersionMarker | undefined;
  readonly most?: number | undefined;
}

export interface ListingCalls {
  /** A page of versions and delete markers after the marker (undefined: from the start); `most` is 1,000 where it is not given. One attempt. */
  listObjectVersions(request: ListingRequest, signal?: AbortSignal): Promise<Answer<VersionPage>>;
}

/** The wire must take answers of `listing_bytes_max`. */
export function leanListingCalls(wire: Wire, options: ObjectCallsOptions): ListingCalls {
  const exchange = leanExchange(wire, options);
  return {
    listObjectVersions({ bucket, after, most }, signal) {
      const query: [string, string][] = [
        ["encoding-type", "url"],
        ["versions", ""],
      ];
      if (after !== undefined) query.push(["key-marker", after.key]);
      if (most !== undefined) query.push(["max-keys", String(most)]);
      if (after?.versionId !== undefined) query.push(["version-id-marker", after.versionId]);
      return exchange({ bucket, method: "GET", effect: "read", query: canonicalQuery(query), signal }, ({ body }) =>
        readVersionPage(body.toString("utf8")),
      );
    },
  };
}
