import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyAcl } from "../../src/acl/acl.ts";
import { plainAttributes } from "../../src/store/attributes.ts";
import { emptyContent } from "../../src/store/content.ts";
import { noTags } from "../../src/store/intern.ts";
import { compareKeys, KeyIndex } from "../../src/store/key-index.ts";
import { ObjectVersion } from "../../src/store/object.ts";
import { Store, sequenceOf } from "../../src/store/store.ts";

const version = (key: string): ObjectVersion =>
  new ObjectVersion({
    key,
    versionId: "null",
    owner: "owner",
    acl: emptyAcl,
    content: emptyContent,
    etag: "",
    lastModified: 0,
    attributes: plainAttributes,
    storageClass: "STANDARD",
    encryption: { kind: "SSE-S3" },
    tags: noTags,
  });

const keys = (index: KeyIndex): string[] => [...index.newestFrom("", false)].map(({ key }) => key);

describe("a walk through the keys", () => {
  test("meets every key that is there throughout once and in order, whatever is written and listed meanwhile", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "😀", "\uff5e"), minLength: 1, maxLength: 4 });
    const step = fc.record({ put: fc.array(name, { maxLength: 3 }), remove: fc.array(name, { maxLength: 2 }), list: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), fc.array(step, { maxLength: 30 }), (start, steps) => {
        const index = new KeyIndex();
        for (const key of start) index.insert(version(key));
        const throughout = new Set(start);
        const met: string[] = [];
        let at = 0;
        for (const { key } of index.newestFrom("", false)) {
          met.push(key);
          const { put = [], remove = [], list = false } = steps[at++] ?? {};
          for (const one of remove) {
            throughout.delete(one);
            index.remove(one, "null");
          }
          for (const one of put) index.insert(version(one));
          if (list) keys(index);
        }
        expect(met).toEqual([...new Set(met)].sort(compareKeys));
        expect(met).toEqual(expect.arrayContaining([...throughout]));
      }),
      { numRuns: 500 },
    );
  });

  test("starts at a key or behind it", () => {
    const index = new KeyIndex();
    for (const key of ["b", "d", "a"]) index.insert(version(key));
    const from = (key: string, after: boolean) => [...index.newestFrom(key, after)].map((one) => one.key);
    expect([from("b", false), from("b", true), from("c", true), from("e", false)]).toEqual([["b", "d"], ["d"], ["d"], []]);
  });
});

test("version ids are flat strings of 32 characters in order of their making, with a tail of one's own if wanted", () => {
  const store = new Store();
  const ids = [store.newVersionId(), store.newVersionId("T".repeat(24)), store.newVersionId()];
  expect(ids.map((id) => sequenceOf(id))).toEqual([0, 1, 2]);
  expect(ids[1]).toBe(`00000001${"T".repeat(24)}`);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._]{32}$/);
  expect(new Set([store.newUploadId(), store.newUploadId()]).size).toBe(2);
  expect(store.newUploadId()).toMatch(/^[A-Za-z0-9._]{72}$/);
});
