// A damaged plan part does not mend itself: its account is paused with what is damaged, rather than going round for ever, and goes on once it is mended.
import { accountId, planPartPath } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeBucket, multiply, nameFor, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 29 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

it("pauses the account and names the part, and goes on when a sound one is put back", { timeout: 30_000 }, async () => {
  const bucket = nameFor("damaged-plan");
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  const rows = multiply(sandbox, bucket, "k", 300);
  const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
  const account = accountId(one.accountId);
  const path = planPartPath(account, 0);
  const sound = new Uint8Array((await campaign.store.read(path)) ?? []);
  const data = sound.byteLength - 8 - new DataView(sound.buffer, sound.byteOffset).getUint32(sound.byteLength - 8, true);
  const middle = Math.floor(data / 2);
  const damaged = sound.slice();
  damaged.fill(0xff, middle - 40, middle + 40);
  await campaign.store.write(path, damaged);
  await campaign.work();
  await expect.poll(() => campaign.pauses.get(account)?.cause, { timeout: 10_000 }).toBeDefined();
  expect(campaign.pauses.get(account)?.cause).toMatch(
    new RegExp(
      `${path} is damaged: row group 1 cannot be read .*Put back a sound copy.*Nothing was marked as failed.*resume this account`,
      "s",
    ),
  );
  await campaign.store.write(path, sound);
  await campaign.resume(account);
  await campaign.finished();
  expect((await campaign.ledger(one.accountId)).map((r) => r.outcome)).toEqual(rows.map(() => "granted"));
  await campaign.close();
});

it("tells its log of a batch that an error stops, which its queue only tries again", { timeout: 30_000 }, async () => {
  const bucket = nameFor("error-told");
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  const row = await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows: [{ ...row, grants: "no grants" }] }] });
  await campaign.work();
  await expect
    .poll(() => campaign.events.find((e) => e.kind === "batch-error"), { timeout: 10_000 })
    .toMatchObject({ account: one.accountId, noted: 0, rows: 1, why: expect.stringContaining("no grants") });
  await campaign.close();
});
