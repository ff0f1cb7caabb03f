/**
 * CSV data files of a report: gzip, no header, every value quoted, rows end in LF; keys are form-encoded (a space is `+`), as
 * domain reports of real buckets show.
 */
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { isoDate } from "../iso-date.ts";
import { type InventoryColumn, type InventoryEntry, inventoryColumns } from "./columns.ts";

const plainKey = /^[A-Za-z0-9\-._~/]*$/;

/** A key as the CSV report writes it: URL-encoded with space as plus; slashes stay. */
export function formEncodedKey(key: string): string {
  if (plainKey.test(key)) return key;
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/");
}

/** Rows put into one string before they go to the compressor. */
const rowsPerWrite = 2_000;

/** One data file. Gives the event loop back between writes, so that a running sandbox keeps answering. */
export async function csvFile(entries: Iterable<InventoryEntry>): Promise<Buffer> {
  const gzip = createGzip({ level: 2 });
  const pieces: Buffer[] = [];
  gzip.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = once(gzip, "end");
  let text = "";
  let rows = 0;
  for (const entry of entries) {
    text += csvLine(entry);
    if (++rows % rowsPerWrite === 0) {
      if (!gzip.write(text)) await once(gzip, "drain");
      text = "";
    }
  }
  gzip.end(text);
  await ended;
  return Buffer.concat(pieces);
}

function csvLine(entry: InventoryEntry): string {
  let line = "";
  for (const column of inventoryColumns) line += line === "" ? cell(column, entry) : `,${cell(column, entry)}`;
  return `${line}\n`;
}

function cell(column: InventoryColumn, entry: InventoryEntry): string {
  const value = column.value(entry);
  if (value === undefined) return '""';
  if (typeof value !== "string") return `"${column.kind === "time" ? isoDate(value as number) : value}"`;
  if (column.kind === "key") return `"${formEncodedKey(value)}"`;
  return value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`;
}
