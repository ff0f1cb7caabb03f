// A file of the store whose bytes changed after it was written is told as such, whatever the bytes: by name, with what to do.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accountId,
  type CampaignStore,
  type CanonicalId,
  DamagedFile,
  type ObjectKey,
  openLocalStore,
  openPlanPart,
  type PlanRow,
  PlanWriter,
  planPartPath,
  StoreError,
} from "../src/index.ts";

const account = accountId("111122223333");
const path = planPartPath(account, 0);
let folder: string;
let store: CampaignStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qc-damage-"));
  store = await openLocalStore(folder);
  const writer = new PlanWriter(store, account);
  for (let batch = 0; batch < 3; batch++) await writer.add(Array.from({ length: 40 }, (_, n) => row(batch * 40 + n)));
  await writer.finish();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const row = (n: number): PlanRow => ({
  key: `raw/2026/${n % 7}/part-${n}.parquet` as ObjectKey,
  versionId: null,
  isLatest: true,
  size: n * 1_000,
  etag: `0123456789abcdef${n}`,
  lastModified: 1_700_000_000_000 + n,
  storageClass: "STANDARD",
  encryption: "SSE-S3",
  owner: "a".repeat(64) as CanonicalId,
  op: "acl",
  grants: null,
  formerAcl: "[]",
});

/** The same store with these bytes in the place of the part's. */
const holding = (bytes: Uint8Array): CampaignStore => ({
  ...store,
  location: store.location,
  size: async () => bytes.byteLength,
  readRange: async (_, start, end) => bytes.slice(start, end),
});

async function meet(bytes: Uint8Array): Promise<unknown[]> {
  const met: unknown[] = [];
  const part = await openPlanPart(holding(bytes), account, 0).catch((error: unknown) => void met.push(error));
  for (const { rowGroup } of part?.batches ?? []) await part?.read(rowGroup).catch((error: unknown) => met.push(error));
  return met;
}

describe("a plan part that is damaged", () => {
  it("is never met by anything but an error that names it and says what to do, wherever the damage is", async () => {
    const sound = new Uint8Array((await store.read(path)) ?? []);
    expect(await meet(sound)).toEqual([]);
    let told = 0;
    for (let at = 0; at < sound.byteLength; at += 11) {
      const bytes = sound.slice();
      bytes.fill(0xff, at, Math.min(at + 5, bytes.byteLength));
      for (const error of await meet(bytes)) {
        told += 1;
        expect(error, `byte ${at}: ${String(error)}`).toBeInstanceOf(DamagedFile);
        expect(String(error)).toContain(path);
      }
    }
    expect(told).toBeGreaterThan(100);
  });

  it("is told apart from a medium that fails for a moment", async () => {
    const failing: CampaignStore = { ...holding(new Uint8Array(100)), readRange: () => Promise.reject(new StoreError("the disk sleeps")) };
    const error = await openPlanPart(failing, account, 0).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).not.toBeInstanceOf(DamagedFile);
    expect(String(error)).toContain("the disk sleeps");
  });
});
