// The kernel against the reader that it stands in for: any report, plain or not, cut anywhere, comes out the same whether or not the kernel passed over it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Kernel } from "../src/csv/kernel.ts";
import { CsvRows } from "../src/csv/rows.ts";
import type { DecisionSettings } from "../src/decide/settings.ts";
import { PlanError } from "../src/error.ts";
import type { DataFileInput } from "../src/reader/reader.ts";
import type { Chunk } from "../src/scan/pack.ts";
import { Triage } from "../src/scan/triage.ts";
import { csvColumns } from "../src/source/columns.ts";

const OWNER = "a".repeat(64);
const UPLOADER = "b".repeat(64);
const STRANGER = "c".repeat(64);
const SCHEMA =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus, ObjectLockMode, " +
  "IntelligentTieringAccessTier, ObjectAccessControlList, ObjectOwner";

const settings = {
  bucket: "lake",
  bucketOwner: OWNER,
  accounts: [{ id: "222233334444", canonicalId: UPLOADER }],
  actions: { default: "acl", thirdPartyGrants: "keep", rules: [{ when: { smallerThan: 1_000 }, do: "skip", line: 1 }] },
  reportCreated: Date.UTC(2026, 9, 4),
} as unknown as DecisionSettings;

const acl = (...ids: string[]): string =>
  Buffer.from(
    JSON.stringify({
      version: "2022-11-10",
      status: "AVAILABLE",
      grants: ids.map((canonicalId) => ({ canonicalId, type: "CanonicalUser", permission: "FULL_CONTROL" })),
    }),
  ).toString("base64");

/** A triage that keeps what it packed. */
class Kept extends Triage {
  readonly chunks: Chunk[];

  constructor() {
    const chunks: Chunk[] = [];
    super(settings, "file.csv.gz", (chunk) => chunks.push(chunk));
    this.chunks = chunks;
  }
}

function read(text: Buffer, cut: number, usesKernel: boolean, schema = SCHEMA): unknown {
  const triage = new Kept();
  const columns = csvColumns(schema);
  const input = {
    file: { key: "file.csv.gz", size: 0, md5: "" },
    columns,
    bucket: "lake",
  } as unknown as DataFileInput;
  const kernel = Kernel.take();
  try {
    const rows = new CsvRows(input, triage, kernel, usesKernel);
    const at = kernel.constants.TEXT;
    kernel.memory.set(text.subarray(0, cut), at);
    const rest = rows.read(at, at + cut);
    kernel.memory.copyWithin(at, rest, at + cut);
    const held = at + (at + cut - rest);
    kernel.memory.set(text.subarray(cut), held);
    const end = held + text.length - cut;
    const left = rows.read(at, end) - end;
    rows.finish();
    triage.finish();
    return {
      left,
      rows: rows.number,
      tally: triage.tally,
      notes: triage.notes,
      packed: triage.chunks.map(({ records, shapes }) => ({ bytes: Buffer.from(records).toString("hex"), shapes })),
    };
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  } finally {
    kernel.giveBack();
  }
}

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: rare });
const encoded = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .map((key) => encodeURIComponent(key.toWellFormed()).replaceAll("%20", "+"));
const key = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(..."abc/=+._-"), minLength: 1, maxLength: 60 }) },
  { weight: 2, arbitrary: encoded },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom("é", "日", "😀", "a", "%41", "+"), minLength: 1, maxLength: 20 }) },
);
const badKey = fc.constantFrom(
  "",
  "%",
  "%4",
  "a%zz",
  "%C3",
  "%ED%A0%80",
  "%F8%88%80%80",
  "é%ff",
  "%C0%AF",
  `${"k".repeat(20)}%e2%82`,
  '""',
);
const owner = mostly(fc.constantFrom(OWNER, UPLOADER, STRANGER), fc.constantFrom("", "UNAVAILABLE", OWNER.toUpperCase(), "anonymous"));
const aclCell = mostly(
  fc.constantFrom("", acl(OWNER), acl(UPLOADER), acl(UPLOADER, OWNER), acl(OWNER, STRANGER), acl(UPLOADER, STRANGER)),
  fc.constantFrom("not base64!", Buffer.from("{}").toString("base64")),
);
const time = mostly(
  fc.date({ min: new Date(0), max: new Date("2099-12-31T23:59:59.999Z"), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    "",
    "2026-10-04T01:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "2026-10-04 01:00:00.000Z",
    "yesterday",
    "2026-1x-04T01:00:00.000Z",
    "2026-13-04T01:00:00.000Z",
    "2026-02-29T01:00:00.000Z",
    "2028-02-29T01:00:00.000Z",
    "2026-10-04T24:00:00.000Z",
  ),
);
const boolean = mostly(fc.constantFrom("true", "false"), fc.constantFrom("TRUE", "False", "", "yes", "trueX"));
const size = mostly(fc.nat().map(String), fc.constantFrom("", "999999999999999", "9007199254740993", "1e3", "-1"));
const word = mostly(fc.constantFrom("STANDARD", "", "GLACIER", "INTELLIGENT_TIERING"), fc.constantFrom('a""b', "a,b", "a\nb"));
const row = fc
  .tuple(
    mostly(fc.constant("lake"), fc.constantFrom("pond", "")),
    mostly(key, badKey),
    fc.constantFrom("", "null", "3sL4kqtJlcpXroDTDmJ"),
    boolean,
    mostly(fc.constant("false"), boolean),
    size,
    time,
    fc.constantFrom("", "d41d8cd98f00b204e9800998ecf8427e"),
    word,
    fc.constantFrom("SSE-S3", "SSE-KMS", "NOT-SSE"),
    fc.constantFrom("", "GOVERNANCE"),
    fc.constant(""),
    aclCell,
    owner,
  )
  .map((cells) => cells.map((cell) => `"${cell}"`));
const line = mostly(
  row.map((cells) => `${cells.join(",")}\n`),
  row.chain((cells) =>
    fc.constantFrom(
      `${cells.join(",")}\r\n`,
      `${cells.map((cell) => (cell.length < 6 && !cell.includes(",") ? cell.slice(1, -1) : cell)).join(",")}\n`,
      `${cells.slice(1).join(",")}\n`,
      `${[...cells, '"more"'].join(",")}\n`,
      `${cells.join(",")}x\n`,
      `${cells.join(",").slice(0, -1)}`,
    ),
  ),
);

describe("the kernel", () => {
  test("reads every report as the reader alone does: the same rows, counts, notes and bytes, or the same error", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (lines, where) => {
        const text = Buffer.from(lines.join(""));
        const cut = Math.floor(where * text.length);
        expect(read(text, cut, true)).toEqual(read(text, cut, false));
      }),
      { numRuns: 800 },
    );
  });

  test("counts the rows without an ACL as the reader alone does where the report has no such column", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const text = Buffer.from(rows.map((cells) => `${cells.join(",")}\n`).join(""));
        const schema = SCHEMA.replace("ObjectAccessControlList", "SomethingNew");
        expect(read(text, text.length, true, schema)).toEqual(read(text, text.length, false, schema));
      }),
      { numRuns: 50 },
    );
  });

  test("forgets when there are more distinct cells than it has room for, and goes on with the right meanings", () => {
    const text = Array.from({ length: 3_000 }, (_, i) => {
      const third = (i % 2_999).toString(16).padStart(64, "d");
      const grants = acl(UPLOADER, ...Array.from({ length: 20 }, (_, n) => `${n % 10}${third.slice(1)}`));
      return `"lake","k/${i}","","true","false","${i}","2026-01-02T03:04:05.678Z","","STANDARD","SSE-S3","","","${grants}","${i % 3 === 0 ? OWNER : UPLOADER}"\n`;
    });
    const pieces: Buffer[] = [];
    for (let i = 0; i < text.length; i += 250) pieces.push(Buffer.from(text.slice(i, i + 250).join("")));
    const through = (usesKernel: boolean): string => {
      const triage = new Kept();
      const kernel = Kernel.take();
      const input = { file: { key: "f", size: 0, md5: "" }, columns: csvColumns(SCHEMA), bucket: "lake" } as unknown as DataFileInput;
      const rows = new CsvRows(input, triage, kernel, usesKernel);
      const at = kernel.constants.TEXT;
      for (const piece of pieces) {
        kernel.memory.set(piece, at);
        expect(rows.read(at, at + piece.length)).toBe(at + piece.length);
      }
      triage.finish();
      kernel.giveBack();
      return JSON.stringify([
        triage.tally.total,
        [...triage.tally.grants.keys()],
        triage.chunks.map((chunk) => [chunk.rows, chunk.shapes]),
      ]);
    };
    expect(through(true)).toBe(through(false));
  });
});
