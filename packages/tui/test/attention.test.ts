// The lines that say what needs a person: an account that is paused does, whatever else is well.
import type { AccountProgress, ProgressSnapshot } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { attention } from "../src/attention.ts";
import { modelOf, snapshotAt } from "./models.ts";

/** Nothing failed or held, every worker seen a moment ago, and these accounts paused. */
async function calm(pausedNames: readonly string[], remaining = 1_000): Promise<ProgressSnapshot> {
  const snapshot = await snapshotAt();
  const accounts = snapshot.accounts.map(({ pause: _pause, ...account }): AccountProgress => {
    const open = { ...account, remaining, failed: {} };
    return pausedNames.includes(account.name) ? { ...open, pause: { at: snapshot.at, by: "breaker", cause: "AssumeRole denied" } } : open;
  });
  return { ...snapshot, accounts, failed: {}, held: 0, throttledShare: 0, done: { granted: 1 } };
}

const said = async (snapshot: ProgressSnapshot): Promise<string[]> => attention(modelOf(snapshot)).map(({ parts }) => parts.join(" "));

describe("what needs a person", () => {
  it("is nothing where nothing is paused, failed or held", async () => {
    expect(await said(await calm([]))).toEqual(["nothing needs you"]);
  });

  it("is an account that is paused, by its name, and never 'nothing' beside it", async () => {
    const [first] = (await snapshotAt()).accounts as [AccountProgress];
    expect(await said(await calm([first.name]))).toEqual([`${first.name} is paused: mend the cause, then resume`]);
  });

  it("is how many accounts are paused where there are more", async () => {
    const names = (await snapshotAt()).accounts.map(({ name }) => name);
    expect(await said(await calm(names))).toContain(`${names.length} accounts are paused: mend the cause, then resume`);
  });

  it("is no account whose work is done, paused or not", async () => {
    const names = (await snapshotAt()).accounts.map(({ name }) => name);
    expect((await said(await calm(names, 0))).join()).not.toContain("paused");
  });
});
