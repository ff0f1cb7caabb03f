// The ORC project's own sample files against the rows that its own tool prints for them.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type OrcFile, readRows } from "../../src/orc/index.ts";
import { rowLine, valueText } from "./fixture/contents.ts";
import { EXAMPLES, hasExamples, openPath } from "./fixture/open.ts";

const NESTED = new Set(["array", "map", "struct", "uniontype"]);
const names = globSync(`${EXAMPLES}/expected/*.jsn.gz`)
  .map((path) => basename(path, ".jsn.gz"))
  .sort();
const expectedLines = (name: string): string[] =>
  gunzipSync(readFileSync(join(EXAMPLES, "expected", `${name}.jsn.gz`)))
    .toString()
    .split("\n")
    .slice(0, -1);
const readable = (file: OrcFile): string[] => file.schema.filter(({ kind }) => !NESTED.has(kind)).map(({ name }) => name);

describe.skipIf(!hasExamples)("the ORC project's sample files", () => {
  test("are all here", () => {
    expect(names.length).toBeGreaterThanOrEqual(27);
  });

  test.each(names)("%s: every row is the one that orc-contents prints", async (name) => {
    const file = await openPath(join(EXAMPLES, `${name}.orc`));
    const wanted = readable(file);
    const rows = await readRows(file, wanted);
    const expected = expectedLines(name);
    expect(rows.length).toBe(expected.length);
    expect(file.rows).toBe(expected.length);
    const isNested = wanted.length < file.schema.length;
    for (const [i, row] of rows.entries()) {
      if (!isNested) {
        // A bare comparison: an assertion for each of 200,000 rows would take longer than reading them.
        const line = rowLine(file.schema, row);
        if (line !== expected[i]) expect(`row ${i + 1} ${line}`).toBe(`row ${i + 1} ${expected[i]}`);
        continue;
      }
      // Nested columns are passed over: of the expected line, the others are compared.
      const cells = topLevelCells(expected[i] as string);
      for (const column of file.columns(wanted))
        expect(valueText(column, row[column.name] ?? null), `row ${i + 1}`).toBe(cells.get(column.name));
    }
  });

  test.each(["TestOrcFile.test1", "orc-file-11-format", "TestOrcFile.testUnionAndTimestamp"])(
    "%s: a nested column is an error that names it, and the schema is whole all the same",
    async (name) => {
      const file = await openPath(join(EXAMPLES, `${name}.orc`));
      const nested = file.schema.filter(({ kind }) => NESTED.has(kind));
      expect(nested.length).toBeGreaterThan(0);
      for (const column of nested) {
        expect(column.type).toMatch(/^(array|map|struct|uniontype)<.+>$/);
        await expect(readRows(file, [column.name])).rejects.toThrow(
          `stripe 1, column ${column.name}: is of the nested type ${column.type}`,
        );
      }
    },
  );

  test.each(["demo-11-zlib", "demo-12-zlib"])("%s: nearly two million rows have the expected totals", async (name) => {
    const summary = JSON.parse(readFileSync(join(EXAMPLES, "expected/demo.summary.json"), "utf8"));
    const file = await openPath(join(EXAMPLES, `${name}.orc`));
    expect(file.rows).toBe(summary.rows);
    const sums: Record<string, number> = {};
    const counts: Record<string, Record<string, number>> = {};
    let rows = 0;
    for (const index of file.stripes.keys()) {
      const stripe = await file.readStripe(index, Object.keys({ ...summary.sums, ...summary.counts }));
      rows += stripe.rows;
      for (const [column, vector] of stripe.columns) {
        if (vector.kind === "ints") {
          let sum = 0;
          for (const value of vector.values) sum += value;
          sums[column] = (sums[column] ?? 0) + sum;
        } else if (vector.kind === "dictionary") {
          const { bytes, offsets } = vector.dictionary;
          const entries = new Uint32Array(offsets.length);
          for (const place of vector.indexes) entries[place] = (entries[place] as number) + 1;
          const of = counts[column] ?? {};
          counts[column] = of;
          for (let i = 0; i + 2 < offsets.length; i++) {
            const word = Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString();
            of[word] = (of[word] ?? 0) + (entries[i] as number);
          }
        } else throw new Error(`${column} came as ${vector.kind}`);
      }
    }
    expect(rows).toBe(summary.rows);
    expect(sums).toEqual(summary.sums);
    expect(counts).toEqual(summary.counts);
  });

  const refused: [string, string | undefined, RegExp][] = [
    ["zero", undefined, /^zero\.orc: is empty/],
    ["version1999", undefined, /^version1999\.orc, postscript, byte 22: is in the ORC format 19\.99, which is not known/],
    ["TestVectorOrcFile.testLzo", undefined, /^TestVectorOrcFile\.testLzo\.orc, postscript, byte \d+: is compressed with lzo/],
    ["corrupt/missing_blob_stream_in_string_dict", "string_col", /stripe 1, column string_col, stream DICTIONARY_DATA: is missing/],
    ["corrupt/missing_length_stream_in_string_dict", "date_string_col", /stripe 1, column date_string_col, stream LENGTH: is missing/],
    ["corrupt/missing_length_stream_in_string_dict", "string_col", /stripe 1, column string_col, stream LENGTH: is missing/],
    [
      "corrupt/negative_dict_entry_lengths",
      "date_string_col",
      /column date_string_col, stream LENGTH, byte \d+: has a length of a dictionary entry of -17/,
    ],
    ["corrupt/stripe_footer_bad_column_encodings", undefined, /stripe 1, stripe footer, byte 336: is cut off in field 1/],
  ];
  test.each(refused)("%s %s: the error names file and place", async (name, column, message) => {
    const open = async (columns?: string[]) => readRows(await openPath(join(EXAMPLES, `${name}.orc`)), columns);
    await expect(open()).rejects.toMatchObject({ name: "OrcError" });
    await expect(open(column === undefined ? undefined : [column])).rejects.toThrow(message);
  });
});

/** The cells of an expected line by column, as they stand there. */
function topLevelCells(line: string): Map<string, string> {
  const cells = new Map<string, string>();
  const body = line.slice(1, -1);
  for (let at = 0; at < body.length; ) {
    const name = /"([^"]*)": /y;
    name.lastIndex = at;
    const match = name.exec(body) as RegExpExecArray;
    const start = name.lastIndex;
    let depth = 0;
    let quoted = false;
    for (at = start; at < body.length && (depth > 0 || quoted || body[at] !== ","); at++) {
      const c = body[at] as string;
      if (quoted) {
        if (c === "\\") at++;
        else quoted = c !== '"';
      } else if (c === '"') quoted = true;
      else if ("[{".includes(c)) depth++;
      else if ("]}".includes(c)) depth--;
    }
    cells.set(match[1] as string, body.slice(start, at));
    at += 2;
  }
  return cells;
}
