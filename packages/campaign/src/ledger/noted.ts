// Results on their way to the ledger, as one text for each note: what a claim takes over, and what an operator looks up meanwhile.
import type { Op } from "../plan/row.ts";
import { tallyField } from "./entry.ts";
import type { ResultRow } from "./result.ts";

export interface NotedResult {
  readonly index: number;
  readonly row: ResultRow;
}

type Tuple = [
  number,
  ResultRow["key"],
  ResultRow["versionId"],
  ResultRow["outcome"],
  string,
  number,
  string,
  number,
  number,
  ResultRow["newVersionId"],
  string,
];

/** The field beside the notes that has the bits of a retry's answers. */
export const ANSWERED = "answered";

/** Arguments of a note: the text, then for each counter its name and the rows that it counts, as a bitmap with SETBIT's order of bits. */
export function encodeNote(results: readonly NotedResult[], rows: number): (string | Buffer)[] {
  const tuples: Tuple[] = [];
  const seen = new Uint8Array(rows);
  const masks = new Map<string, Buffer>();
  for (const { index, row } of results) {
    // The first result of a row counts.
    if (seen[index] === 1) continue;
    seen[index] = 1;
    tuples.push([
      index,
      row.key,
      row.versionId,
      row.outcome,
      row.code,
      row.httpStatus,
      row.requestId,
      row.attempts,
      row.at,
      row.newVersionId,
      row.detail,
    ]);
    const field = tallyField(row);
    let mask = masks.get(field);
    if (mask === undefined) {
      mask = Buffer.alloc((rows + 7) >> 3);
      masks.set(field, mask);
    }
    mask[index >> 3] = (mask[index >> 3] as number) | (128 >> (index & 7));
  }
  // A buffer, because ioredis would put a long string together from pieces before it writes it: four times the time.
  return [tuples.length === 0 ? "" : Buffer.from(JSON.stringify(tuples)), ...[...masks].flat()];
}

/** The rows of all notes of a batch, from number and text of each in any order; the first note of a row counts. */
export function decodeNotes(fields: readonly (readonly [number: string, text: string])[], op: Op): Map<number, ResultRow> {
  const rows = new Map<number, ResultRow>();
  const notes = fields.filter(([number]) => number !== ANSWERED).sort(([a], [b]) => Number(a) - Number(b));
  for (const [, text] of notes) {
    for (const tuple of JSON.parse(text) as Tuple[]) {
      const [index, key, versionId, outcome, code, httpStatus, requestId, attempts, at, newVersionId, detail] = tuple;
      if (!rows.has(index))
        rows.set(index, { key, versionId, op, outcome, code, httpStatus, requestId, attempts, at, newVersionId, detail });
    }
  }
  return rows;
}
