// What ListObjectVersions answers: read whole or refused, with keys as S3 has them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readVersionPage } from "../src/xml/listing-document.ts";
import { escapeXml, XmlError } from "../src/xml/scan.ts";

const entry = (key: string): string =>
  `<Version><Key>${key}</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
  "<ETag>&quot;d41d8&quot;</ETag><Size>7</Size><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><StorageClass>STANDARD_IA</StorageClass><Owner><ID>abc</ID></Owner></Version>";
const MARKER =
  "<DeleteMarker><Key>gone</Key><VersionId>null</VersionId><IsLatest>false</IsLatest><LastModified>2026-01-02T03:04:05Z</LastModified><Owner><ID>def</ID></Owner></DeleteMarker>";
const page = (body: string, head = "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>${head}${body}</ListVersionsResult>`;

describe("a page of versions", () => {
  it("has versions and delete markers with what each has", () => {
    expect(readVersionPage(page(`${entry("a%20b%2Bc+d")}\n  ${MARKER}`))).toEqual({
      versions: [
        {
          key: "a b+c d",
          versionId: "v1",
          isLatest: true,
          isDeleteMarker: false,
          size: 7,
          lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
          etag: "d41d8",
          storageClass: "STANDARD_IA",
          checksumAlgorithm: "CRC32",
          owner: "abc",
        },
        {
          key: "gone",
          versionId: "null",
          isLatest: false,
          isDeleteMarker: true,
          size: null,
          lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
          etag: null,
          storageClass: null,
          checksumAlgorithm: null,
          owner: "def",
        },
      ],
      next: undefined,
    });
  });

  it("says where the next begins, decoded as its keys are", () => {
    const head =
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>%E6%97%A5</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>";
    expect(readVersionPage(page("", head)).next).toEqual({ key: "日", versionId: "null" });
    expect(() => readVersionPage(page("", "<IsTruncated>true</IsTruncated>"))).toThrow(/not where/);
  });

  it("gives any key back, from servers that encode keys and from those that do not", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (key) => {
        expect(readVersionPage(page(entry(encodeURIComponent(key)))).versions[0]?.key).toBe(key);
        expect(readVersionPage(page(entry(escapeXml(key)), "<IsTruncated>false</IsTruncated>")).versions[0]?.key).toBe(key);
      }),
    );
  });

  it("is refused where it ends early, wherever that is, and where an entry lacks what every entry has", () => {
    const whole = page(entry("a") + MARKER);
    for (let end = 0; end < whole.length; end++) expect(() => readVersionPage(whole.slice(0, end))).toThrow(XmlError);
    expect(() => readVersionPage(page(entry("%zz")))).toThrow(/not URL-encoded/);
    expect(() => readVersionPage(page(entry("a").replace(/<Size>.*<\/Size>/, "")))).toThrow(/has no size/);
    expect(() => readVersionPage(page(entry("a").replace(/<LastModified>.*<\/LastModified>/, "")))).toThrow(/has no time/);
    expect(() => readVersionPage(page(entry("a"), ""))).toThrow(/truncated/);
    expect(() => readVersionPage("<Error><Code>AccessDenied</Code></Error>")).toThrow(XmlError);
  });
});
