// What a person sees: the dashboard drawn by Ink and replayed through a terminal's parser, at the sizes that matter.
import type { CampaignView } from "@quitclaim/campaign";
import { afterEach, describe, expect, it } from "vitest";
import { HOSTILE_KEY, type Simulator, simulate } from "../../../test/fixtures/campaign-simulator.ts";
import { type DashboardEnd, type DashboardOptions, renderDashboard } from "../src/dashboard.tsx";
import { NOW } from "./models.ts";
import { FakeTerminal } from "./terminal.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Shown {
  terminal: FakeTerminal;
  campaign: Simulator;
  end: Promise<DashboardEnd>;
}

function show(
  columns: number,
  rows: number,
  more: Partial<DashboardOptions> & { wrap?: (view: CampaignView) => CampaignView } = {},
): Shown {
  const terminal = new FakeTerminal(columns, rows);
  const started = performance.now();
  const campaign = simulate({ startAt: NOW, elapsedMs: () => performance.now() - started });
  const closing = new AbortController();
  const { wrap, ...options } = more;
  const end = renderDashboard({
    view: wrap?.(campaign.view) ?? campaign.view,
    control: campaign.control,
    readonly: false,
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    env: { LANG: "C.UTF-8", TERM: "xterm-256color" },
    logPath: "/srv/lake/logs/quitclaim.log",
    resumeCommand: "quitclaim watch --config lake.yaml",
    tickMs: 500,
    explain: (code) => ({ meaning: `what ${code} means`, fix: `how to mend ${code}` }),
    signal: closing.signal,
    ...options,
  });
  open.push(() => {
    closing.abort();
    return end;
  });
  return { terminal, campaign, end };
}

const ready = (text: string): boolean => text.includes("of 41");

describe("the first screen", () => {
  it("answers the four questions at 80x24", async () => {
    const { terminal } = show(80, 24);
    const text = await terminal.until(ready);
    const lines = terminal.lines();
    expect(lines[0]).toMatch(/^ quitclaim {2}lake-2026 · data-lake-prod → 111122223333 +● running$/);
    expect(lines[1]).toMatch(/✓ check {2}✓ plan {2}✓ fence {2}● run {2}◌ verify {2}◌ preflight {2}◌ switch +\d\d:\d\d:\d\d$/);
    // Is it moving, how fast against what it may, when will it end, what needs me.
    expect(text).toMatch(/15,2\d\d,\d{3} of 41,200,350 objects {2}█+.░+ {2}37\.0 %/);
    expect(text).toMatch(/\d,\d{3} objects\/s +(left .* h|starting)/);
    expect(text).toMatch(/may 3,500 requests\/s/);
    expect(text).toMatch(/✗ 53 failed: 41 AccessDenied {2}9 KMS\.AccessDenied/);
    expect(text).toMatch(/‖ ml-research paused by the breaker at .*: AssumeRole denied/);
    expect(lines[23]).toMatch(/↑↓ move {2}⏎ open {2}p pause .*\? keys {2}q detach/);
    expect(terminal.alternate).toBe(true);
    expect(terminal.raw).toBe(true);
  });

  it("lines its numbers up under their titles", async () => {
    const { terminal } = show(80, 24);
    await terminal.until(ready);
    const lines = terminal.lines();
    const head = lines.findIndex((line) => line.includes("account") && line.includes("rate"));
    const titles = lines[head] ?? "";
    for (const title of ["rate", "failed", "left"]) {
      const end = titles.indexOf(title) + title.length;
      for (const row of [lines[head + 1], lines[head + 2], lines[head + 3]]) {
        expect(row?.slice(0, end)).toMatch(/\S$/);
        expect(row?.[end] ?? " ").toBe(" ");
      }
    }
  });

  it("gives a wide terminal more columns and a taller history", async () => {
    const { terminal } = show(120, 40);
    const text = await terminal.until(ready);
    expect(text).toMatch(/state +done +rate +slow down +failed +held +left/);
    expect(text).toMatch(/throttled .* 12\.0 %/);
    const chart = terminal.lines().filter((line) => line.includes(" │"));
    expect(chart.length).toBeGreaterThanOrEqual(8);
    expect(chart[0]).toMatch(/^ [\d,]+\/s │/);
  });

  it("keeps the two lines that matter at 40x10", async () => {
    const { terminal } = show(40, 10);
    const text = await terminal.until((now) => now.includes("of 41.2 M"));
    expect(text).toMatch(/15\.2 M of 41\.2 M █+.?░+ +37\.0 %/);
    expect(text).toMatch(/\d,\d{3}\/s/);
    expect(text).toMatch(/✗ 53 failed/);
    expect(terminal.lines()[9]).toMatch(/\? keys {2}q detach/);
  });

  it("says everything in shapes and words of ASCII on a poor terminal", async () => {
    const { terminal } = show(80, 24, { env: { TERM: "linux", NO_COLOR: "1" } });
    const text = await terminal.until(ready);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toMatch(/\* running/);
    expect(text).toMatch(/= 444455556666 .*paused/);
    expect(text).toMatch(/####+\.+/);
  });
});

describe("going down", () => {
  it("shows an account, a reason, an object, S3's answer and what to do", async () => {
    const { terminal } = show(80, 30);
    await terminal.until(ready);
    terminal.press("\r");
    const account = await terminal.until((text) => text.includes("batches in flight ─") && text.includes("00003-00017"));
    expect(account).toMatch(/─ ingest-eu 222233334444 ─/);
    expect(account).toMatch(/to be granted access/);
    expect(account).not.toMatch(/owned/);
    expect(account).toMatch(/9 KMS\.AccessDenied/);
    expect(account).toMatch(/means +what KMS\.AccessDenied means/);
    terminal.press("\r");
    const objects = await terminal.until((text) => text.includes("9 objects, 1 chosen"));
    expect(objects).toContain("in/2026/\\e[2J\\e[31mowned\\u{202e}gpj.exe\\n素材/");
    expect(objects).not.toContain(HOSTILE_KEY);
    expect(objects).toMatch(/HTTP 403 · 1 attempt/);
    terminal.press("j\r");
    const object = await terminal.until((text) => text.includes("9b2cf535f27731c974343645a3985328"));
    expect(object).toMatch(/key +in\/2026\/10\/02\/part-00001\.parquet/);
    expect(object).toMatch(/request ID +656C76696E6721/);
    expect(object).toMatch(/how to mend KMS\.AccessDenied/);
    terminal.press("\u001b");
    await terminal.until((text) => text.includes("9 objects, 2 chosen"));
  });

  it("obeys keys that arrive in one chunk, each seeing what the one before did", async () => {
    const { terminal, campaign } = show(80, 24);
    await terminal.until(ready);
    terminal.press("jpy");
    await terminal.until((text) => text.includes("paused 333344445555"));
    expect(campaign.commands).toEqual(["pause 333344445555"]);
    terminal.press("Gkkk\u001b[B\r");
    await terminal.until((text) => text.includes("─ ml-research 444455556666"));
    terminal.press("\r");
    await terminal.until((text) => text.includes("41 objects, 1 chosen"));
    terminal.press("\u001b\u001b");
    await terminal.until((text) => text.includes("✗ 53 failed"));
    terminal.press("\r\u001b?");
    await terminal.until((text) => text.includes("─ keys ─"));
  });

  it("treats a paste as no command", async () => {
    const { terminal, campaign } = show(80, 24);
    await terminal.until(ready);
    terminal.press("\u001b[200~py q\u001b[201~");
    terminal.press("?");
    await terminal.until((text) => text.includes("quitclaim.log"));
    expect(campaign.commands).toEqual([]);
  });

  it("has none of the changing keys when it is read-only", async () => {
    const { terminal, campaign } = show(80, 24, { readonly: true, onCutover: async () => "" });
    await terminal.until(ready);
    expect(terminal.lines()[23]).toBe(" ↑↓ move  ⏎ open  / filter  f faults  ? keys  q detach");
    terminal.press("pyryc+y?");
    expect(await terminal.until((now) => now.includes("Read-only"))).toMatch(/log +\/srv\/lake\/logs\/quitclaim\.log/);
    expect(campaign.commands).toEqual([]);
  });
});

describe("the terminal", () => {
  it("follows every resize without a line too many or a cell too far", async () => {
    const { terminal } = show(120, 40);
    await terminal.until(ready);
    for (const [columns, rows] of [
      [40, 10],
      [200, 60],
      [80, 24],
      [61, 7],
      [100, 30],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until((text) => {
        const lines = text.split("\n");
        return (
          (lines.at(-1) ?? "").includes("q detach") &&
          (lines[0] ?? "").trimEnd().endsWith("● running") &&
          lines.filter((line) => line.includes("q detach")).length === 1
        );
      });
    }
  });

  it("comes back as it was, with the summary and the way back", async () => {
    const { terminal, end } = show(80, 24);
    await terminal.until(ready);
    terminal.press("q");
    const { reason, last } = await end;
    expect(reason).toBe("detached");
    expect(last?.campaign).toBe("lake-2026");
    const text = await terminal.until((now) => now.includes("Come back with"));
    expect(terminal.alternate).toBe(false);
    expect(terminal.raw).toBe(false);
    expect(text).toMatch(/lake-2026: data-lake-prod → 111122223333, running/);
    expect(text).toMatch(/granted access 15,2/);
    expect(text).toMatch(/Come back with: quitclaim watch --config lake\.yaml/);
  });

  it("leaves quietly when it goes away", async () => {
    const { terminal, end } = show(80, 24);
    await terminal.until(ready);
    terminal.stdin.emit("error", new Error("read EIO"));
    expect((await end).reason).toBe("detached");
  });

  it("is refused where it is none", async () => {
    const { terminal } = show(80, 24);
    await expect(show(80, 24, { stdin: Object.assign(terminal.stdin, { isTTY: false }) }).end).rejects.toThrow(/needs a terminal/);
    open.pop();
    Object.assign(terminal.stdin, { isTTY: true });
  });
});

describe("a silent campaign", () => {
  it("says since when there is no connection, keeps the old figures, and comes back", async () => {
    let broken = false;
    const { terminal } = show(80, 24, {
      wrap: (view) => ({
        ...view,
        snapshot: async () => {
          if (broken) throw new Error("connect ENOENT redis.sock");
          return await view.snapshot();
        },
      }),
    });
    await terminal.until(ready);
    broken = true;
    const text = await terminal.until((now) => /no connection for [1-9]/.test(now));
    expect(text).toMatch(/figures below are from .*connect ENOENT redis\.sock/);
    expect(text).toMatch(/of 41,200,350 objects/);
    broken = false;
    await terminal.until((now) => now.includes("● running") && !now.includes("no connection"));
  });

  it("notices a snapshot that never comes, and asks for no second one meanwhile", async () => {
    let asked = 0;
    const { terminal } = show(80, 24, {
      wrap: (view) => ({
        ...view,
        snapshot: () => {
          asked += 1;
          return asked === 1 ? view.snapshot() : new Promise(() => undefined);
        },
      }),
    });
    await terminal.until((now) => /no connection for [3-9] s/.test(now));
    expect(asked).toBe(2);
  });
});

describe("commands", () => {
  it("says what a command did, and what it could not do", async () => {
    const { terminal, campaign } = show(80, 24);
    await terminal.until(ready);
    terminal.press("r");
    expect(await terminal.until((text) => text.includes("y retry"))).toMatch(/Retry 12 failed objects of ingest-eu/);
    terminal.press("y");
    await terminal.until((text) => text.includes("12 objects put to work again"));
    campaign.control.setCeiling = async () => {
      throw new Error("redis is gone");
    };
    terminal.press("+y");
    await terminal.until((text) => text.includes("ceiling failed: redis is gone"));
  });

  it("drains at the first Ctrl-C and leaves when that is done", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: number[] = [];
    const { terminal, end } = show(80, 24, {
      onInterrupt: (times) => {
        seen.push(times);
        return promise;
      },
    });
    await terminal.until(ready);
    terminal.press("\u0003");
    await terminal.until((text) => /‖ stopping$/m.test(text) && /Ctrl-C\s+again leaves at once/.test(text));
    resolve();
    expect((await end).reason).toBe("interrupted");
    expect(seen).toEqual([1]);
  });

  it("leaves by itself where asked to, once nothing remains", async () => {
    const over = simulate({ startAt: NOW, done: 20, elapsedMs: () => 0 });
    await over.control.resume(undefined);
    const { end } = show(80, 24, { view: over.view, exitWhenFinished: true, wrap: () => over.view });
    expect((await end).reason).toBe("finished");
  });

  it("tells what happened since the last look", async () => {
    const before = await simulate({ startAt: NOW - 7 * 3_600_000, done: 0.4, elapsedMs: () => 0 }).view.snapshot();
    const { terminal } = show(80, 24, { lastSeen: before });
    expect(await terminal.until(ready)).toMatch(/since you detached 7 h ago \(.*\): 3\.0\d M done/);
  });
});
