/** Writes XML by hand: escaping, elements, and the two wrappers every S3 answer uses. */
import type { S3Error } from "./s3-error.ts";

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';
export const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
// biome-ignore lint/suspicious/noControlCharactersInRegex: object keys may hold control characters, which XML carries as references
const special = /[&<>"\u0000-\u001f\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const allSpecial = /[&<>"\u0000-\u001f\ufffe\uffff]/g;

export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(allSpecial, reference) : text;
}

function reference(char: string): string {
  switch (char) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`;
  }
}

/** `<name>text</name>`; nothing for an undefined value. */
export function element(name: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  return `<${name}>${typeof value === "string" ? escapeXml(value) : value}</${name}>`;
}

/** An element around XML that is written already. */
export const wrap = (name: string, inner: string): string => `<${name}>${inner}</${name}>`;

/** A whole answer document in S3's namespace. */
export const document = (name: string, inner: string): string => `${xmlHead}<${name} xmlns="${s3Namespace}">${inner}</${name}>`;

/** S3's error document. */
export function errorDocument(error: S3Error, resource: string, requestId: string, hostId: string): string {
  const details = Object.entries(error.details)
    .map(([name, value]) => element(name, value))
    .join("");
  return `${xmlHead}<Error>${element("Code", error.code)}${element("Message", error.message)}${details}${element("Resource", resource)}${element("RequestId", requestId)}${element("HostId", hostId)}</Error>`;
}

/** `Sat, 21 Nov 2026 18:31:49 GMT`, S3's form in headers (whole seconds). */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();
