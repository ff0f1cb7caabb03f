// ObjectAccessControlList cells: what S3 documents is understood, anything else is said to be unreadable and why.
import { describe, expect, test } from "vitest";
import { parseAcl } from "../src/acl/document.ts";
import { ByteCache, bytesOf } from "../src/scan/byte-cache.ts";

const cell = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString("base64");
const acl = (changes: object): string => cell({ version: "2022-11-10", status: "AVAILABLE", grants: [], ...changes });

describe("an ACL cell", () => {
  test("gives its grants in order, whatever the order of members", () => {
    const grants = [
      { uri: "http://acs.amazonaws.com/groups/global/AllUsers", permission: "READ", type: "Group" },
      { permission: "FULL_CONTROL", type: "CanonicalUser", canonicalId: "x" },
    ];
    expect(parseAcl(acl({ grants }))).toEqual({
      state: "known",
      grants: [
        { uri: "http://acs.amazonaws.com/groups/global/AllUsers", permission: "READ" },
        { id: "x", permission: "FULL_CONTROL" },
      ],
    });
  });
  test("is unknown where it is empty or UNAVAILABLE, with or without grants", () => {
    for (const text of ["", acl({ status: "UNAVAILABLE" }), cell({ version: "2022-11-10", status: "UNAVAILABLE" })])
      expect(parseAcl(text)).toEqual({ state: "unknown" });
  });
  test.each<[string, string, RegExp]>([
    ["not base64", "!!!!", /is not base64/],
    ["unpadded", "e30", /is not base64/],
    ["cut off", Buffer.from('{"version":"2022-11').toString("base64"), /is not whole JSON/],
    ["not UTF-8", Buffer.from([0xff, 0xfe, 0x22]).toString("base64"), /is not UTF-8/],
    ["an empty object", cell({}), /names no version/],
    ["a list", cell([]), /is not a JSON object/],
    ["another version", acl({ version: "2030-01-01" }), /unknown version "2030-01-01"/],
    ["another status", acl({ status: "SOON" }), /unknown status "SOON"/],
    ["no grants", cell({ version: "2022-11-10", status: "AVAILABLE" }), /has no list of grants/],
    [
      "another permission",
      acl({ grants: [{ type: "CanonicalUser", canonicalId: "x", permission: "DELETE" }] }),
      /unknown permission "DELETE"/,
    ],
    ["another grantee", acl({ grants: [{ type: "Email", permission: "READ" }] }), /unknown kind of grantee \("Email"\)/],
  ])("is unreadable where it is %s", (_, text, why) => {
    expect(parseAcl(text)).toEqual({ state: "unreadable", why: expect.stringMatching(why) });
  });
});

describe("the cache of cells", () => {
  const get = <T>(cache: ByteCache<T>, text: string): T => cache.get(bytesOf(Buffer.from(text)), 0, Buffer.byteLength(text));
  test("makes each distinct value once, and tells alike ones apart", () => {
    const made: string[] = [];
    const cache = new ByteCache((text) => made.push(text) && text, 5_000);
    // Cells that differ in one byte somewhere, so that fingerprints collide.
    const cells = Array.from({ length: 2_000 }, (_, i) => `${"x".repeat(i % 40)}${String(i).padStart(4, "0")}${"y".repeat(60)}`);
    for (let round = 0; round < 3; round++) for (const text of cells) expect(get(cache, text)).toBe(text);
    expect(made.length).toBe(cells.length);
  });
  test("forgets the least recently used beyond its limit", () => {
    let made = 0;
    const cache = new ByteCache((text) => {
      made++;
      return text;
    }, 10);
    for (let i = 0; i < 1_000; i++) expect(get(cache, `cell ${i}`)).toBe(`cell ${i}`);
    expect(made).toBe(1_000);
    expect(get(cache, "cell 0")).toBe("cell 0");
  });
});
