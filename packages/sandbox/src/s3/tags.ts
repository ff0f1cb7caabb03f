/** Tag sets: their limits and their XML, for objects (10 tags) and buckets (50). */
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { child, children, childText, readXml } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import type { Tags } from "../store/object.ts";

const keyCharsMax = 128;
const valueCharsMax = 256;
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function checkedTags(pairs: readonly (readonly [string, string])[], countMax: number): Tags {
  if (pairs.length > countMax) {
    throw new S3Error(400, "BadRequest", `${countMax === 10 ? "Object" : "Bucket"} tags cannot be greater than ${countMax}`);
  }
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === "" || key.length > keyCharsMax || !tagText.test(key)) {
      throw new S3Error(400, "InvalidTag", "The TagKey you have provided is invalid", { details: { TagKey: key } });
    }
    if (value.length > valueCharsMax || !tagText.test(value)) {
      throw new S3Error(400, "InvalidTag", "The TagValue you have provided is invalid", { details: { TagKey: key, TagValue: value } });
    }
    if (key.startsWith("aws:")) throw new S3Error(400, "InvalidTag", "System tags cannot be added/updated by requester");
    if (tags.has(key)) throw new S3Error(400, "InvalidTag", "Cannot provide multiple Tags with the same key", { details: { TagKey: key } });
    tags.set(key, value);
  }
  return tags;
}

export function readTagging(body: Buffer, countMax: number): Tags {
  const root = readXml(body);
  const set = child(root, "TagSet");
  if (root.name !== "Tagging" || set === undefined) throw malformedXml();
  const pairs = children(set, "Tag").map((tag): [string, string] => {
    const key = childText(tag, "Key");
    const value = childText(tag, "Value");
    if (key === undefined || value === undefined) throw malformedXml();
    return [key, value];
  });
  return checkedTags(pairs, countMax);
}

export function writeTagging(tags: Tags): string {
  const set = [...tags].map(([key, value]) => wrap("Tag", element("Key", key) + element("Value", value))).join("");
  return document("Tagging", wrap("TagSet", set));
}
