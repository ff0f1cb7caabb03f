// When a report says that it was made: a moment that there is, and not one that has yet to come.
import { expect, test } from "vitest";
import { plan } from "../src/index.ts";
import { NOW, REPORT_CREATED, testConfig } from "./fixture/config.ts";
import { withFolder, withStore } from "./fixture/planned.ts";
import { rowsOf, writeReport } from "./fixture/report.ts";

const HOUR = 3_600_000;

async function planned(created: number, options: { now?: number; ignoreAge?: boolean } = {}) {
  return withFolder(async (folder) => {
    const manifest = await writeReport(folder, rowsOf(20, 1), { cut: [20], created });
    return withStore((store) =>
      plan({ config: testConfig(manifest), store, now: () => options.now ?? NOW, ignoreAge: options.ignoreAge ?? false, threads: 1 }),
    );
  });
}

test.each([9_007_199_254_740_991, 8.64e15 + 1])(
  "a report of %i milliseconds is refused before it is read: no date is that late",
  async (created) => {
    await expect(planned(created, { ignoreAge: true })).rejects.toMatchObject({
      code: "manifest-invalid",
      message: expect.stringContaining(`creationTimestamp "${created}"`),
    });
  },
);

test("the last moment there is is one", async () => {
  expect((await planned(8.64e15, { ignoreAge: true })).provenance.reportCreated).toBe("+275760-09-13T00:00:00.000Z");
});

test("a report hours ahead of the clock is refused unless told; what clocks differ by is not", async () => {
  await expect(planned(REPORT_CREATED, { now: REPORT_CREATED - 24 * HOUR })).rejects.toMatchObject({
    code: "report-in-future",
    message: expect.stringMatching(/24 hours from now.*--ignore-age/),
  });
  expect((await planned(REPORT_CREATED, { now: REPORT_CREATED - 24 * HOUR, ignoreAge: true })).rows).toBe(20);
  expect((await planned(REPORT_CREATED, { now: REPORT_CREATED - 2 * HOUR })).rows).toBe(20);
});
