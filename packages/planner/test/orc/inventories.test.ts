// The golden ORC report against its truth, and the broken ones against what is wrong with them.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Row, readRows } from "../../src/orc/index.ts";
import { hasInventories, INVENTORIES, openPath } from "./fixture/open.ts";

const manifestOf = (set: string): { files: { key: string }[] } =>
  JSON.parse(readFileSync(globSync(`${INVENTORIES}/${set}/inventory/*/*/*/manifest.json`)[0] as string, "utf8"));
const broken = (set: string) => openPath(`${INVENTORIES}/broken/${set}/${manifestOf(`broken/${set}`).files[0]?.key}`);

/** As the truth writes it: no value, and an empty string, are left out. */
function asTruth(row: Row): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === "") continue;
    if (name === "object_access_control_list") values[name] = JSON.parse(Buffer.from(String(value), "base64").toString());
    else if (name.endsWith("_date")) values[name] = new Date(`${String(value).replace(" ", "T")}Z`).toISOString();
    else values[name] = value;
  }
  return values;
}

describe.skipIf(!hasInventories)("the golden ORC report", () => {
  test("has every row of the truth, in order, value by value", async () => {
    const truth = readFileSync(`${INVENTORIES}/rows.ndjson`, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): Record<string, unknown> => {
        const { row: _row, file: _file, case: _case, ...values } = JSON.parse(line);
        return values;
      });
    const rows: Record<string, unknown>[] = [];
    for (const { key } of manifestOf("orc").files) rows.push(...(await readRows(await openPath(`${INVENTORIES}/orc/${key}`))).map(asTruth));
    expect(rows.length).toBe(truth.length);
    for (const [i, row] of rows.entries()) expect(row, `row ${i}`).toEqual(truth[i]);
  });

  test("orc-truncated: the file is told to be cut off", async () => {
    await expect(broken("orc-truncated")).rejects.toThrow(/\.orc, postscript, byte \d+: .*; the file was cut off, or is no ORC file$/);
  });

  test("orc-stripe-corrupt: the file opens, and the damaged stream is named", async () => {
    const file = await broken("orc-stripe-corrupt");
    await expect(readRows(file)).rejects.toThrow(
      /\.orc, stripe 1, column version_id, stream DATA, byte \d+: has a ZLIB block that cannot be decompressed/,
    );
    expect((await readRows(file, ["object_owner"])).length).toBe(file.rows);
  });
});
