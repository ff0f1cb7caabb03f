// One page of a listing, from servers that do not list as S3 does.
import type { ListedVersion, ListingCalls, VersionPage } from "@quitclaim/aws";
import { expect, test } from "vitest";
import { Pace, versionLister } from "../src/index.ts";

test("a listing ends with a sentence where the server does not go on from where it is asked to, and hands on nothing twice", async () => {
  const version = (key: string): ListedVersion => ({
    ...{ key, versionId: "v1", isLatest: true, isDeleteMarker: false, size: 1, lastModified: 0 },
    ...{ etag: null, storageClass: null, checksumAlgorithm: null, owner: "o" },
  });
  const pace = new Pace({ requestsPerSecond: 100_000, atOnce: 8 });
  // One that looks at no marker, one that begins with the marker's own key, and one that stays where it is.
  const servers: ((after: string) => VersionPage)[] = [
    () => ({ versions: [version("a"), version("b")], next: { key: "b", versionId: "v1" } }),
    (after) => ({ versions: [version(after === "" ? "a" : after), version("z")], next: undefined }),
    (after) => ({ versions: [], next: { key: after === "" ? "b" : after } }),
  ];
  for (const answer of servers) {
    const listObjectVersions: ListingCalls["listObjectVersions"] = async ({ after }) => ({
      ok: true,
      httpStatus: 200,
      requestId: "r",
      value: answer(after?.key ?? ""),
    });
    const page = versionLister({ listObjectVersions }, { bucket: "b", pace });
    const from = (key: string) => page({ key }, new AbortController().signal);
    const { next } = await from("");
    await expect(from(next?.key ?? "b")).rejects.toThrow(/after the key "b", the server answered with what does not/);
  }
});
