// Each faulty report in ../shared/inventories/broken, planned through the command line: an error of its own, exit code 2, and no plan.
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Ended, quitclaim } from "./harness/command.ts";

const INVENTORIES = join(import.meta.dirname, "../../shared/inventories");
const BROKEN = join(INVENTORIES, "broken");
const present = existsSync(BROKEN);
if (!present) console.warn("skipped: ../shared/inventories is not there");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quitclaim-broken-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Nothing is asked of anybody: identities are given, and the endpoint answers nobody. */
async function plan(root: string, name: string, limits: object = {}): Promise<Ended & { planned: boolean }> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(
    file,
    stringify({
      campaign: "broken",
      bucket: {
        name: "data-lake-prod",
        owner: "111122223333",
        ownerCanonicalId: "e6fd452067720f8fc73ef0ee4394bf4bcd4987afc21cdb89cc626e65c5a947a2",
        region: "us-east-1",
        endpoint: "http://127.0.0.1:9",
        forcePathStyle: true,
        keys: { accessKeyId: "from-env:TEST_KEY", secretAccessKey: "from-env:TEST_SECRET" },
      },
      inventory: { manifest: join(root, "inventory/data-lake-prod/all-versions/2026-10-04T01-00Z/manifest.json"), root },
      accounts: [
        {
          id: "222233334444",
          name: "uploader",
          role: "arn:aws:iam::222233334444:role/quitclaim",
          canonicalId: "82b389c708121af9ad87df9360b2724f8e73dc67e3843065963bc288a6b9a4bb",
        },
      ],
      limits: { inventoryAgeHours: 8_760, ...limits },
      store: `./${name}`,
      redis: "embedded",
    }),
  );
  const ended = await quitclaim(["plan", "--config", file, "--json"], { ...process.env, TEST_KEY: "a", TEST_SECRET: "b" });
  return { ...ended, planned: existsSync(join(folder, name, "plan/plan.json")) };
}

const PROBLEMS: Record<string, RegExp> = {
  "acl-not-decodable": /4 ACLs that cannot be understood: row 4: .* row 8: .* row 13: .* row 18: /,
  "csv-key-not-decodable": /keys that cannot be decoded, in rows 5, 9/,
  "csv-row-short": /Row 11 .* has 7 fields instead of 20/,
  "data-file-missing": /7da2b2fc-dbfd-44fe-8b49-e6c013b8627d\.csv\.gz of the report does not exist/,
  "data-md5-wrong": /0d441c97-f23b-441d-9f3c-670d925cb068\.csv\.gz has MD5 \w+, its manifest says/,
  "data-size-wrong": /has 3971 bytes, its manifest says 3972/,
  "gzip-garbage-after-end": /not gzip/,
  "gzip-truncated": /its gzip stream ends too early/,
  "manifest-checksum-missing": /has no manifest\.checksum beside it/,
  "manifest-checksum-wrong": /does not match its manifest\.checksum/,
  "manifest-not-json": /is not whole JSON/,
  "no-object-owner": /lacks columns that a plan needs: ObjectOwner/,
  "orc-stripe-corrupt": /stripe 1, .* cannot be decompressed/,
  "orc-truncated": /the file was cut off/,
  "parquet-footer-corrupt": /its Parquet footer cannot be parsed/,
  "parquet-page-corrupt": /row group 2 of 2 .*damaged/,
  "source-bucket-mismatch": /a report about the bucket "data-lake-dev", but this campaign is about "data-lake-prod"/,
};

describe.skipIf(!present)("a broken report, through the command line", () => {
  it("is each known here", () => {
    expect(readdirSync(BROKEN).sort()).toEqual(Object.keys(PROBLEMS));
  });

  it("ends with exit code 2 and a sentence of its own, and leaves no plan", { timeout: 120_000 }, async () => {
    const sets = Object.keys(PROBLEMS);
    const said = new Set<string>();
    const next = sets.values();
    const lane = async (): Promise<void> => {
      for (const set of next) {
        const { code, stdout, stderr, planned } = await plan(join(BROKEN, set), set);
        const { error, exitCode } = JSON.parse(stdout) as { error: string; exitCode: number };
        expect([set, code, exitCode, planned]).toEqual([set, 2, 2, false]);
        expect(error).toMatch(PROBLEMS[set] as RegExp);
        expect(stderr).not.toMatch(/\n\s+at /);
        said.add(error);
      }
    };
    await Promise.all([lane(), lane()]);
    expect(said.size).toBe(sets.length);
  });

  it("or one that is only too old is refused with its age, which --ignore-age accepts", { timeout: 30_000 }, async () => {
    const { code, stderr, planned } = await plan(join(INVENTORIES, "csv"), "old", { inventoryAgeHours: 1 });
    expect([code, planned]).toEqual([2, false]);
    expect(stderr).toMatch(/hours ago.*--ignore-age/);
  });
});
