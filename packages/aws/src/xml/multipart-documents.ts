// The documents of uploads in parts, of tags, of Object Lock and of annotations: what S3 answers, and what it is sent. Readers throw XmlError.
import type { ListedAnnotation } from "../calls/annotation-calls.ts";
import type { CopiedPart, ListedPart, OpenUpload } from "../calls/multipart-calls.ts";
import type { Tag } from "../calls/object-calls.ts";
import { unquoted } from "./documents.ts";
import { escapeXml, scanXml, XmlError } from "./scan.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

type Fields = Record<string, string>;

/** The fields of the root and those of every `item` element; fields of an item's children are named `Child.Field`. */
function readItems(xml: string, root: string, item: string): { top: Fields; items: Fields[] } {
  const path: string[] = [];
  const top: Fields = {};
  const items: Fields[] = [];
  scanXml(xml, {
    open(name) {
      path.push(name);
      if (path.length === 2 && name === item) items.push({});
    },
    close(name, text) {
      path.pop();
      if (path[0] !== root) return;
      if (path.length === 1) top[name] = text;
      else if (path[1] === item) (items.at(-1) as Fields)[[...path.slice(2), name].join(".")] = text;
    },
  });
  return { top, items };
}

function field(fields: Fields, name: string): string {
  const value = fields[name]?.trim();
  if (value === undefined || value === "") throw new XmlError(`no ${name}`);
  return value;
}

const checksumOf = (fields: Fields): Pick<CopiedPart, "checksum"> => {
  const element = Object.keys(fields).find((name) => /^Checksum(?!Type|Algorithm)/.test(name));
  return element === undefined ? {} : { checksum: { element, value: field(fields, element) } };
};

export const readUploadId = (xml: string): string => field(readItems(xml, "InitiateMultipartUploadResult", "").top, "UploadId");

export function readPartResult(xml: string, number: number): CopiedPart {
  const { top } = readItems(xml, "CopyPartResult", "");
  return { number, etag: unquoted(field(top, "ETag")), ...checksumOf(top) };
}

export function readRetention(xml: string): { mode: string; retainUntil: string } {
  const { top } = readItems(xml, "Retention", "");
  return { mode: field(top, "Mode"), retainUntil: field(top, "RetainUntilDate") };
}

export const readLegalHold = (xml: string): "ON" | "OFF" => (field(readItems(xml, "LegalHold", "").top, "Status") === "ON" ? "ON" : "OFF");

export function readParts(xml: string): { parts: ListedPart[]; next: number | undefined } {
  const { top, items } = readItems(xml, "ListPartsResult", "Part");
  const parts = items.map((one) => ({
    number: whole(one, "PartNumber"),
    size: whole(one, "Size"),
    etag: unquoted(field(one, "ETag")),
    ...checksumOf(one),
  }));
  return { parts, next: top.IsTruncated?.trim() === "true" ? whole(top, "NextPartNumberMarker") : undefined };
}

function whole(fields: Fields, name: string): number {
  const value = Number(field(fields, name));
  if (!Number.isSafeInteger(value) || value < 0) throw new XmlError(`${name} is ${fields[name]}`);
  return value;
}

/** Throws where the upload is not said to be complete; some servers say it without an ETag. */
export function readCompletion(xml: string): void {
  let complete = false;
  scanXml(xml, {
    open(name) {
      complete ||= name === "CompleteMultipartUploadResult";
    },
    close() {},
  });
  if (!complete) throw new XmlError("no CompleteMultipartUploadResult");
}

/** Keys as they are: the request asks for no URL encoding of them. */
export function readUploads(xml: string): OpenUpload[] {
  return readItems(xml, "ListMultipartUploadsResult", "Upload").items.map((one) => ({
    key: one.Key ?? "",
    uploadId: field(one, "UploadId"),
    initiator: one["Initiator.ID"]?.trim() ?? "",
    initiated: Date.parse(field(one, "Initiated")),
  }));
}

export function readTags(xml: string): Tag[] {
  const tags: Tag[] = [];
  // The RADOS Gateway answers with nothing where there are none.
  if (xml.trim() === "") return tags;
  let key = "";
  let value = "";
  scanXml(xml, {
    open() {},
    close(name, text) {
      if (name === "Key") key = text;
      else if (name === "Value") value = text;
      else if (name === "Tag") {
        tags.push({ key, value });
        key = value = "";
      }
    },
  });
  return tags;
}

/** One page of ListObjectAnnotations. */
export function readAnnotations(xml: string): { annotations: ListedAnnotation[]; next: string | undefined } {
  const annotations: ListedAnnotation[] = [];
  let entry: Fields = {};
  let next: string | undefined;
  let listed = false;
  scanXml(xml, {
    open(name) {
      if (name === "AnnotationEntry") entry = {};
      listed ||= name === "Annotations" || name === "AnnotationCount";
    },
    close(name, text) {
      if (name === "NextContinuationToken" && text !== "") next = text;
      else if (name === "AnnotationEntry")
        annotations.push({ name: entry.AnnotationName ?? "", size: whole(entry, "Size"), etag: unquoted(entry.ETag?.trim() ?? "") });
      else entry[name] = text;
    },
  });
  if (!listed) throw new XmlError("no list of annotations");
  return { annotations, next };
}

/** The body of CompleteMultipartUpload. */
export function writeCompletion(parts: readonly CopiedPart[]): string {
  const listed = parts.map(({ number, etag, checksum }) => {
    const sum = checksum === undefined ? "" : `<${checksum.element}>${escapeXml(checksum.value)}</${checksum.element}>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${escapeXml(etag)}&quot;</ETag>${sum}</Part>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUpload xmlns="${NAMESPACE}">${listed.join("")}</CompleteMultipartUpload>`;
}
