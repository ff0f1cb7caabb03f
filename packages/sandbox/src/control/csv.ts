/** CSV as S3's manifests and reports use it: RFC 4180, quotes optional, rows end in LF or CRLF. */

/** The rows of a text, lazily. A last row without an end counts; an empty line does not. */
export function* csvRows(text: string): Generator<string[]> {
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const [field, next] = text[at] === '"' ? quoted(text, at) : plain(text, at);
      row.push(field);
      at = next;
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    if (row.length > 1 || row[0] !== "") yield row;
  }
}

function plain(text: string, from: number): [string, number] {
  let at = from;
  while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
  return [text.slice(from, at), at];
}

function quoted(text: string, from: number): [string, number] {
  let field = "";
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return [field + text.slice(at), text.length];
    field += text.slice(at, end);
    if (text[end + 1] !== '"') return [field, end + 1];
    field += '"';
    at = end + 2;
  }
}

/** A value for a report: quoted when it must be. */
export function csvValue(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
