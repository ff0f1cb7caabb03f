// Rows that are decided together and packed at once against the same rows one by one: the same counts, notes and records, whatever the report holds.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryBytes } from "../../src/columnar/bytes.ts";
import { Desk } from "../../src/columnar/desk.ts";
import type { DecisionSettings } from "../../src/decide/settings.ts";
import { PlanError } from "../../src/error.ts";
import { Rooms } from "../../src/parquet/columns.ts";
import { readGroups } from "../../src/parquet/reader.ts";
import type { DataFileInput } from "../../src/reader/reader.ts";
import { type Chunk, HEADER_BYTES, NO_VALUE } from "../../src/scan/pack.ts";
import { shapeName } from "../../src/scan/shape.ts";
import { Triage } from "../../src/scan/triage.ts";
import { parquetColumns } from "../../src/source/columns.ts";
import { BUCKET_OWNER, REPORT_CREATED, UPLOADERS } from "../fixture/config.ts";
import { parquetBytes, rowsOf, SCHEMAS } from "../fixture/report.ts";
import type { TruthRow } from "../fixture/truth.ts";
import { asyncBuffer } from "../parquet/fixture/cells.ts";

const settingsOf = (actions: object): DecisionSettings =>
  ({
    bucket: "data-lake-prod",
    bucketOwner: BUCKET_OWNER,
    accounts: UPLOADERS.map(([id, canonicalId]) => ({ id, canonicalId })),
    actions: { default: "acl", thirdPartyGrants: "keep", rules: [], ...actions },
    reportCreated: REPORT_CREATED,
  }) as unknown as DecisionSettings;

const CAMPAIGNS: Record<string, DecisionSettings> = {
  "with no rules": settingsOf({}),
  "that drops grants": settingsOf({ thirdPartyGrants: "drop" }),
  "with rules about keys and sizes": settingsOf({
    rules: [
      { when: { account: [UPLOADERS[0]?.[0]], prefix: ["data/"] }, do: "hold", line: 1 },
      { when: { account: [UPLOADERS[1]?.[0]], smallerThan: 5e8 }, do: "skip", line: 2 },
      { when: { storageClass: ["STANDARD_IA"], olderThanDays: 365 }, do: "reencrypt", line: 3 },
      { when: { latest: false }, do: "skip", line: 4 },
    ],
  }),
  "that copies": settingsOf({ default: "copy" }),
};

/** Nothing fits on this one, so every row goes the long way. */
const SMALL = new Rooms(new Desk(64));
/** Behind the dictionaries some pages fit on this one, and others do not. */
const MIDDLE = new Rooms(new Desk(4 * 1024 * 1024 + 24_000));
const LARGE = new Rooms();

function records({ records, shapes }: Chunk): unknown[] {
  const bytes = Buffer.from(records);
  const { length } = bytes;
  const found: unknown[] = [];
  for (let at = 0; at < length; at += bytes.readUInt32LE(at)) {
    let text = at + HEADER_BYTES;
    const [key, version, etag] = [24, 26, 28].map((field) => {
      const size = bytes.readUInt16LE(at + field);
      if (size === NO_VALUE) return null;
      text += size;
      return bytes.toString("utf8", text - size, text);
    });
    const shape = shapes[bytes.readUInt32LE(at + 4)];
    found.push({
      ...{ key, version, etag, size: bytes.readDoubleLE(at + 8), modified: bytes.readDoubleLE(at + 16), latest: bytes[at + 30] },
      shape: shape && shapeName(shape),
    });
  }
  return found;
}

async function read(file: Uint8Array, settings: DecisionSettings, rooms: Rooms): Promise<unknown> {
  const chunks: Chunk[] = [];
  const triage = new Triage(settings, "file.parquet", (chunk) => chunks.push(chunk));
  const input = {
    file: { key: "file.parquet", size: file.length, md5: "" },
    columns: parquetColumns(SCHEMAS.Parquet),
    bucket: "data-lake-prod",
    progress: () => undefined,
    room: async () => undefined,
  } as unknown as DataFileInput;
  try {
    await readGroups({ file: asyncBuffer(file), bytes: memoryBytes(file) }, rooms, input, triage);
    triage.finish();
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  }
  expect(chunks.every(({ rows }, i) => rows === records(chunks[i] as Chunk).length)).toBe(true);
  const { tally, notes } = triage;
  // Maps in the order of their names: what was counted does not depend on which row of a stretch was counted first.
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const { accounts, unmapped, grants, classes, ...plain } = tally;
  return {
    rows: chunks.flatMap(records),
    tally: { ...plain, accounts: sorted(accounts), unmapped: sorted(unmapped), grants: sorted(grants), classes: sorted(classes) },
    notes,
  };
}

/** Tens of thousands of rows, compared by Node; only where they differ does it matter to be told how. */
function expectSame(some: unknown, others: unknown): void {
  if (!isDeepStrictEqual(some, others)) expect(some).toStrictEqual(others);
}

/** On the desk as far as there is room, which must make no difference, and the long way. */
async function both(file: Uint8Array, settings: DecisionSettings): Promise<[unknown, unknown]> {
  const together = await read(file, settings, LARGE);
  expectSame(await read(file, settings, MIDDLE), together);
  return [together, await read(file, settings, SMALL)];
}

/** Each with an ACL of its own. */
const ownAcls = (rows: readonly TruthRow[]): TruthRow[] =>
  rows.map((row, i) => ({
    ...row,
    object_access_control_list: {
      version: "2022-11-10",
      status: "AVAILABLE",
      grants: [{ canonicalId: i.toString(16).padStart(64, "0"), permission: "READ", type: "CanonicalUser" }],
    },
  }));

const PLAIN = parquetBytes(rowsOf(9_000, 3), 3_500);

describe.each(Object.entries(CAMPAIGNS))("a campaign %s", (_, settings) => {
  test("packs and counts the same rows", async () => {
    const [together, alone] = await both(PLAIN, settings);
    expect((together as { rows: unknown[] }).rows.length).toBeGreaterThan(1_000);
    expectSame(together, alone);
  });

  test("says the same of odd rows, or refuses them in the same words", async () => {
    const odd = fc.record(
      {
        key: fc.oneof(
          fc.string({ unit: "binary", maxLength: 40 }).map((key) => key.toWellFormed()),
          fc.constantFrom("k".repeat(1_024), "k".repeat(1_025), ""),
        ),
        version_id: fc.constantFrom("null", "nulL", "v", "v".repeat(1_024), "v".repeat(1_025), ""),
        e_tag: fc.constantFrom("", "e".repeat(1_025), "é"),
        size: fc.constantFrom(0, -1, 2 ** 53, 5 * 2 ** 40),
        last_modified_date: fc.constantFrom("1960-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"),
        object_access_control_list: fc.constant(undefined),
        storage_class: fc.constant(""),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(399), odd), { maxLength: 3 }), fc.nat(1_000), async (changes, seed) => {
        const rows = rowsOf(400, seed);
        for (const [i, change] of changes) rows[i] = { ...rows[i], ...change } as TruthRow;
        const [together, alone] = await both(parquetBytes(rows, 150), settings);
        expectSame(together, alone);
      }),
      { numRuns: 25 },
    );
  });
});

test("more distinct ACLs than are numbered at once are each decided", async () => {
  const [together, alone] = await both(parquetBytes(ownAcls(rowsOf(24_000, 5)), 24_000), settingsOf({}));
  expectSame(together, alone);
});
