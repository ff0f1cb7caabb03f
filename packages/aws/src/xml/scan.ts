// A scanner for the small XML documents that S3 answers with: elements, attributes, text, entities, CDATA; declarations, comments and
// processing instructions are passed over. No DTD, no validation; what is not XML throws XmlError.

export class XmlError extends Error {
  override readonly name = "XmlError";
}

export interface XmlVisitor {
  /** `attributes` is the raw text after the name; see {@link attribute}. */
  open(name: string, attributes: string): void;
  /** The element's own text, entities decoded, without the text of its children. */
  close(name: string, text: string): void;
}

/** Walks a document in order. Throws XmlError where tags do not match or the document ends early. */
export function scanXml(xml: string, visitor: XmlVisitor): void {
  const names: string[] = [];
  const texts: string[] = [];
  let at = 0;
  let rooted = false;
  const until = (end: string, from: number): number => {
    const found = xml.indexOf(end, from);
    if (found < 0) throw new XmlError(`no "${end}" after character ${from}`);
    return found;
  };
  const addText = (text: string): void => {
    if (texts.length > 0) texts[texts.length - 1] += text;
  };
  while (at < xml.length) {
    const tag = xml.indexOf("<", at);
    if (tag < 0) break;
    if (tag > at) addText(textOf(xml.slice(at, tag)));
    if (xml.startsWith("<![CDATA[", tag)) {
      const end = until("]]>", tag);
      addText(xml.slice(tag + 9, end));
      at = end + 3;
    } else if (xml.startsWith("<!--", tag)) {
      at = until("-->", tag + 4) + 3;
    } else if (xml.startsWith("<?", tag)) {
      at = until("?>", tag) + 2;
    } else if (xml.startsWith("<!", tag)) {
      at = until(">", tag) + 1;
    } else if (xml.startsWith("</", tag)) {
      const end = until(">", tag);
      const name = xml.slice(tag + 2, end).trim();
      if (names.pop() !== name) throw new XmlError(`</${name}> closes nothing that is open`);
      visitor.close(name, texts.pop() as string);
      at = end + 1;
    } else {
      const end = tagEnd(xml, tag);
      const empty = xml[end - 1] === "/";
      const inside = xml.slice(tag + 1, empty ? end - 1 : end);
      const space = inside.search(/\s/);
      const name = space < 0 ? inside : inside.slice(0, space);
      if (name === "") throw new XmlError(`a tag without a name at character ${tag}`);
      if (names.length === 0 && rooted) throw new XmlError("more than one root element");
      rooted = true;
      visitor.open(name, space < 0 ? "" : inside.slice(space));
      if (empty) visitor.close(name, "");
      else {
        names.push(name);
        texts.push("");
      }
      at = end + 1;
    }
  }
  if (names.length > 0) throw new XmlError(`<${names.at(-1)}> is never closed`);
  if (!rooted) throw new XmlError("no element");
}

/** A `>` within a quoted attribute does not end the tag. */
function tagEnd(xml: string, from: number): number {
  let quote = "";
  for (let at = from; at < xml.length; at++) {
    const character = xml[at] as string;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return at;
  }
  throw new XmlError(`the tag at character ${from} is never closed`);
}

/** The value of an attribute by its local name, whatever its prefix; undefined where it is absent. */
export function attribute(attributes: string, localName: string): string | undefined {
  for (const [, name, double, single] of attributes.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (name === localName || name?.endsWith(`:${localName}`) === true) return textOf(double ?? single ?? "");
  }
  return undefined;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text as it is meant, entities decoded. */
export function textOf(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name[0] !== "#") return NAMED[name] ?? whole;
    const point = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    if (point > 0x10ffff) throw new XmlError(`${whole} is no character`);
    return String.fromCodePoint(point);
  });
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text for an element or an attribute; control characters as references, so that no parser normalises them away. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] as string)
    .replaceAll(/[\r\n\t\u0085\u2028]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`);
}
