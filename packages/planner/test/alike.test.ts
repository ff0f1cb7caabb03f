// Which rows are decided together: those whose decision asked for nothing that each row has for itself, whatever other rules there are.
import type { CanonicalId } from "@quitclaim/campaign";
import { expect, test } from "vitest";
import type { DecisionSettings } from "../src/decide/settings.ts";
import { bytesOf } from "../src/scan/byte-cache.ts";
import { Triage } from "../src/scan/triage.ts";
import { BUCKET_OWNER, REPORT_CREATED, UPLOADERS } from "./fixture/config.ts";

const [first, second, third] = UPLOADERS.map(([id]) => id);
const settings = {
  bucket: "data-lake-prod",
  bucketOwner: BUCKET_OWNER,
  accounts: UPLOADERS.map(([id, canonicalId]) => ({ id, canonicalId })),
  actions: {
    default: "acl",
    thirdPartyGrants: "keep",
    rules: [
      { when: { account: [first], prefix: ["data/"] }, do: "hold", line: 1 },
      { when: { account: [second], olderThanDays: 30 }, do: "skip", line: 2 },
      { when: { storageClass: ["GLACIER"], largerThan: 5 }, do: "skip", line: 3 },
      { when: { latest: false }, do: "skip", line: 4 },
    ],
  },
  reportCreated: REPORT_CREATED,
} as unknown as DecisionSettings;

const decided = (owner: CanonicalId, storageClass: string): string | undefined => {
  const triage = new Triage(settings, "data/0.parquet", () => undefined);
  triage.row.storageClass = storageClass;
  const cell = Buffer.from(owner);
  return triage.alike(triage.owners.get(bytesOf(cell), 0, cell.length), triage.noAcl)?.decision.what;
};

test.each([
  ["one account's keys", first, "STANDARD", undefined],
  ["one account's ages", second, "STANDARD", undefined],
  ["one storage class's sizes", third, "GLACIER", undefined],
  ["nothing of theirs", third, "STANDARD", "planned"],
] as const)("rows are decided together unless a rule asks for what they have for themselves: %s", (_, account, storageClass, expected) => {
  const owner = UPLOADERS.find(([id]) => id === account)?.[1] as CanonicalId;
  expect(decided(owner, storageClass)).toBe(expected);
});
