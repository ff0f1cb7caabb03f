/**
 * Reads the small XML documents of S3 requests: elements, attributes, text, the five entities and character references, CDATA.
 * Prefixes are dropped, white space in text is kept (keys may hold it). Anything else is not well-formed: 400 MalformedXML.
 */
import { malformedXml } from "./s3-error.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Own text, entities resolved, not trimmed. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly qualified: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const depthMax = 32;
const tag = /^([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/;
const attribute = /([\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const noAttributes: ReadonlyMap<string, string> = new Map();

/** The root element of a document. */
export function readXml(body: Buffer): XmlElement {
  const text = body.toString("utf8");
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const next = text.indexOf("<", at);
    const chars = text.slice(at, next < 0 ? text.length : next);
    const inside = open.at(-1);
    if (inside !== undefined) inside.text += entities(chars);
    else if (chars.trim() !== "") throw malformedXml();
    if (next < 0) break;
    if (text.startsWith("<!--", next)) at = after(text, "-->", next + 4);
    else if (text.startsWith("<?", next)) at = after(text, "?>", next + 2);
    else if (text.startsWith("<![CDATA[", next)) {
      at = after(text, "]]>", next + 9);
      if (inside === undefined) throw malformedXml();
      inside.text += text.slice(next + 9, at - 3);
    } else {
      const end = text.indexOf(">", next);
      if (end < 0) throw malformedXml();
      const closed = markup(text.slice(next + 1, end), open);
      if (closed !== undefined && open.length === 0) {
        if (root !== undefined) throw malformedXml();
        root = closed;
      }
      at = end + 1;
    }
  }
  if (root === undefined || open.length > 0) throw malformedXml();
  return root;
}

/** Takes one tag; gives back the element it closed. */
function markup(inner: string, open: OpenElement[]): XmlElement | undefined {
  if (inner.startsWith("/")) {
    const element = open.pop();
    if (element === undefined || element.qualified !== inner.slice(1).trimEnd()) throw malformedXml();
    open.at(-1)?.children.push(element);
    return element;
  }
  const match = tag.exec(inner);
  if (match === null || open.length >= depthMax) throw malformedXml();
  const [, prefix = "", name = "", attributes = "", selfClosing] = match;
  const element: OpenElement = { name, qualified: prefix + name, attributes: attributesOf(attributes), children: [], text: "" };
  if (selfClosing !== "/") {
    open.push(element);
    return undefined;
  }
  open.at(-1)?.children.push(element);
  return element;
}

function attributesOf(raw: string): Map<string, string> {
  if (raw === "") return noAttributes as Map<string, string>;
  const attributes = new Map<string, string>();
  for (const match of raw.matchAll(attribute)) attributes.set(match[2] as string, entities(match[3] ?? match[4] ?? ""));
  return attributes;
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  if (at < 0) throw malformedXml();
  return at + end.length;
}

const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function entities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(";")) throw malformedXml();
    if (name.startsWith("#")) {
      const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
      if (!(code > 0 && code <= 0x10ffff)) throw malformedXml();
      return String.fromCodePoint(code);
    }
    const value = named[name];
    if (value === undefined) throw malformedXml();
    return value;
  });
}

/** The first child of that name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((one) => one.name === name);
}

export function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((one) => one.name === name);
}

/** Trimmed text of the first child of that name; undefined without one. */
export function childText(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text.trim();
}
