// The reporter for logs and pipes, and the summary that stays behind.
import type { CampaignView, ProgressSnapshot } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { plainReporter } from "../src/plain.ts";
import { finalSummary } from "../src/summary.ts";
import { snapshotAt } from "./models.ts";

const base = await snapshotAt();

/** A view that answers one thing after the other, and the last of them for ever; an Error is thrown. */
function answering(...answers: readonly (ProgressSnapshot | Error)[]): Pick<CampaignView, "snapshot"> & CampaignView {
  let next = 0;
  const never = () => Promise.reject(new Error("not asked for here"));
  return {
    snapshot: async () => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("nothing to answer");
      return answer;
    },
    failures: never,
    batchesInFlight: never,
    object: never,
  };
}

const over: ProgressSnapshot = { ...base, at: base.at + 3_000, state: "finished", remaining: 0 };
const later: ProgressSnapshot = { ...base, at: base.at + 2_000, done: { granted: 16_000_000 }, remaining: base.remaining - 700_000 };

async function report(view: CampaignView, json: boolean): Promise<string[]> {
  let written = "";
  const end = await plainReporter({ view, out: { write: (text: string) => (written += text) }, everyMs: 1, json });
  expect(end.reason).toBe("finished");
  return written.trimEnd().split("\n");
}

describe("plain lines", () => {
  it("are written where something changed, with the facts of the screen", async () => {
    const lines = await report(answering(base, base, base, later, over), false);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/ml-research \(444455556666\) paused by the breaker: AssumeRole denied/);
    expect(lines[1]).toMatch(
      /^\d\d:\d\d:\d\d running run 15,2\d\d,\d{3} of 41,200,350 \(37\.0 %\) [\d,]+ objects\/s, may 3,500 requests\/s, .*failed 53, held 143/,
    );
    expect(lines[1]).toMatch(/ml-research paused$/);
    expect(lines[3]).toMatch(/finished .* finished, failed 53/);
  });

  it("say that nothing is heard, and go on", async () => {
    const lines = await report(answering(base, new Error("connect ENOENT"), new Error("connect ENOENT"), over), false);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/no connection for \d+ s: connect ENOENT$/);
  });

  it("are JSON where asked, one object each", async () => {
    const lines = (await report(answering(base, later, over), true)).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      campaign: "lake-2026",
      state: "running",
      planned: 41_200_350,
      failed: { AccessDenied: 41 },
      held: 143,
    });
    expect(lines[2]).toMatchObject({ state: "finished", left: "finished" });
  });

  it("never carry a name's control characters into a log", async () => {
    const named = { ...over, accounts: over.accounts.map((one) => ({ ...one, name: "a\u001b[2J\nb" })) };
    for (const line of await report(answering(named), false)) expect(line).not.toMatch(/\p{Cc}/u);
    expect(finalSummary(named).join("")).not.toMatch(/\p{Cc}/u);
  });

  it("stop when told to", async () => {
    const stop = new AbortController();
    const done = plainReporter({
      view: answering(base),
      out: { write: () => stop.abort() },
      everyMs: 60_000,
      json: false,
      signal: stop.signal,
    });
    expect(await done).toMatchObject({ reason: "interrupted", last: { campaign: "lake-2026" } });
  });
});

describe("the last summary", () => {
  it("adds up, names the pause, and calls access access", () => {
    const lines = finalSummary(base);
    expect(lines[0]).toBe("lake-2026: data-lake-prod → 111122223333, running");
    expect(lines[1]).toMatch(/53 failed, 25,\d{3},\d{3} remain, 143 held$/);
    expect(lines[2]).toMatch(/granted access/);
    expect(lines.join("\n")).toMatch(/ml-research \(444455556666\) paused by the breaker/);
    expect(lines.join("\n")).not.toMatch(/\bowned\b/);
  });
});
