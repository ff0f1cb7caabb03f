// An object whose size the report does not say matches no condition about sizes: neither is it small, nor is it large.
import { openLocalStore, type Rule } from "@quitclaim/campaign";
import { expect, test } from "vitest";
import { explain, plan } from "../src/index.ts";
import { NOW, testConfig, UPLOADERS } from "./fixture/config.ts";
import { plannedBatches, withFolder } from "./fixture/planned.ts";
import { writeFiles, writeReport } from "./fixture/report.ts";
import { PLAIN, writeOrc } from "./orc/fixture/write.ts";

const [ACCOUNT, UPLOADER] = UPLOADERS[0] as (typeof UPLOADERS)[number];
const OBJECTS = [
  { key: "empty", size: 0 },
  { key: "unknown" },
  { key: "large", size: 5_000_000 },
  // After one whose size is known, and after one whose size is not.
  { key: "unknown too" },
  { key: "small", size: 9 },
];
const RULES: readonly Rule[] = [
  { when: { smallerThan: 1_000 }, do: "skip", line: 11 },
  { when: { largerThan: -1 }, do: "hold", line: 12 },
];

async function written(folder: string, format: string): Promise<string> {
  if (format !== "ORC") {
    const rows = OBJECTS.map((object) => ({ ...object, object_owner: UPLOADER }));
    return writeReport(folder, rows, { format: format as "CSV", cut: [rows.length] });
  }
  const text = (name: string, of: (key: string) => string) => ({
    name,
    type: "string" as const,
    values: OBJECTS.map(({ key }) => of(key)),
  });
  const sizes = OBJECTS.map(({ size }) => (size === undefined ? null : BigInt(size)));
  const columns = [
    text("key", (key) => key),
    { name: "size", type: "bigint" as const, values: sizes },
    text("object_owner", () => UPLOADER),
  ];
  return writeFiles(folder, [writeOrc(columns, PLAIN)], { format, schema: "struct<key:string,size:bigint,object_owner:string>" });
}

test.each(["CSV", "Parquet", "ORC"])("in %s", async (format) => {
  await withFolder(async (folder) => {
    const manifest = await written(folder, format);
    const store = await openLocalStore(`${folder}/store`);
    const config = testConfig(manifest, { actions: { default: "acl", thirdPartyGrants: "keep", rules: RULES } });
    const summary = await plan({ config, store, now: () => NOW, threads: 1, currentOnly: true });
    const planned = (await plannedBatches(store, summary, ACCOUNT)).flat();
    expect(planned.map(({ key }) => key)).toEqual(["unknown", "unknown too"]);
    expect([summary.skipped, summary.held]).toEqual([2, { "by-rule": 1 }]);
    const { versions } = await explain({ config, key: "unknown", now: () => NOW, threads: 1 });
    expect(versions.map(({ size }) => size)).toEqual([null]);
  });
});
