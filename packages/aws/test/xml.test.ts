// S3's small documents, as AWS, RADOS Gateway and pretty-printers write them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessControlList } from "../src/index.ts";
import { readAcl, readCopyResult, readError, writeAcl } from "../src/xml/documents.ts";
import { attribute, escapeXml, scanXml, XmlError } from "../src/xml/scan.ts";

describe("reading an ACL", () => {
  it("takes AWS's own layout", () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o1</ID><DisplayName>who</DisplayName></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>c1</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;
    expect(readAcl(xml)).toEqual({
      ownerId: "o1",
      grants: [
        { grantee: { id: "c1" }, permission: "FULL_CONTROL" },
        { grantee: { uri: "http://acs.amazonaws.com/groups/global/AllUsers" }, permission: "READ" },
      ],
    });
  });

  it("takes any whitespace, single quotes, comments, another prefix, entities and CDATA", () => {
    const xml = `\uFEFF<!-- hello --><AccessControlPolicy >\n\t<Owner >\n <ID>\n a&amp;b&#x41;&#66; </ID ></Owner>
      <AccessControlList><Grant><Grantee   i:type = 'Group'\n xmlns:i='x>y' ><URI><![CDATA[http://x/?a&b]]></URI></Grantee>\r\n<Permission> READ_ACP </Permission></Grant></AccessControlList></AccessControlPolicy>\n`;
    expect(readAcl(xml)).toEqual({ ownerId: "a&bAB", grants: [{ grantee: { uri: "http://x/?a&b" }, permission: "READ_ACP" }] });
  });

  it("takes an ACL without grants", () => {
    expect(readAcl("<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>")).toEqual({
      ownerId: "o",
      grants: [],
    });
  });

  it("refuses what would lose a grant", () => {
    const grant = (inside: string) =>
      `<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant>${inside}</Grant></AccessControlList></AccessControlPolicy>`;
    for (const inside of [
      '<Grantee xsi:type="AmazonCustomerByEmail"><EmailAddress>a@b</EmailAddress></Grantee><Permission>READ</Permission>',
      '<Grantee xsi:type="CanonicalUser"><ID>x</ID></Grantee><Permission>ADMIRE</Permission>',
      '<Grantee xsi:type="Group"><ID>x</ID></Grantee><Permission>READ</Permission>',
    ]) {
      expect(() => readAcl(grant(inside))).toThrow(XmlError);
    }
    for (const broken of ["", "<a>", "<a></b>", "<a/><b/>", "<html><body></body></html>", "<a", "<a>&#x110000;</a>", "text"]) {
      expect(() => readAcl(broken)).toThrow(XmlError);
    }
  });

  it("reads back every ACL that it writes", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1 })
      .map((text) => `${text.replaceAll(/[^\P{Cc}]/gu, "")}x`)
      .map((text) => text.trim());
    const acl: fc.Arbitrary<AccessControlList> = fc.record({
      ownerId: name,
      grants: fc.array(
        fc.record({
          grantee: fc.oneof(fc.record({ id: name }), fc.record({ uri: name })),
          permission: fc.constantFrom("FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"),
        }),
        { maxLength: 100 },
      ),
    });
    fc.assert(
      fc.property(acl, (value) => {
        expect(readAcl(writeAcl(value))).toEqual(value);
      }),
    );
  });
});

describe("reading errors and results", () => {
  it("finds code, message and request ID, wrapped or not", () => {
    const error =
      "<Error><Code>SlowDown</Code><Message>a &lt; b</Message><Detail><Code>inner</Code></Detail><RequestId>r</RequestId></Error>";
    const expected = { code: "SlowDown", message: "a < b", requestId: "r" };
    expect(readError(`<?xml version="1.0"?>\n${error}`)).toEqual(expected);
    expect(readError(`<ErrorResponse xmlns="x">${error}</ErrorResponse>`)).toEqual(expected);
  });

  it("takes nothing else for an error", () => {
    for (const text of [
      "",
      "<html><Error></html>",
      "<Error/>",
      "<Errors><Code>x</Code></Errors>",
      "<Error><Message>no code</Message></Error>",
      "<Error><Code>x</Code>",
    ]) {
      expect(readError(text)).toBeUndefined();
    }
  });

  it("reads a copy result behind whitespace, quoted or not", () => {
    for (const etag of ["&quot;e-1&quot;", '"e-1"', "e-1"]) {
      expect(
        readCopyResult(
          `\n  \n<CopyObjectResult xmlns="x"><LastModified>2026-10-01T00:00:00.000Z</LastModified><ETag>${etag}</ETag></CopyObjectResult>`,
        ),
      ).toEqual({
        etag: "e-1",
        lastModified: Date.UTC(2026, 9, 1),
      });
    }
    expect(() => readCopyResult("<CopyObjectResult/>")).toThrow(XmlError);
  });
});

describe("the scanner", () => {
  it("gives back any text that was escaped, in elements and attributes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        let text: string | undefined;
        let named: string | undefined;
        scanXml(`<r x:type="${escapeXml(value)}">${escapeXml(value)}</r>`, {
          open: (_, attributes) => {
            named = attribute(attributes, "type");
          },
          close: (_, found) => {
            text = found;
          },
        });
        expect([text, named]).toEqual([value, value]);
      }),
    );
  });
});
