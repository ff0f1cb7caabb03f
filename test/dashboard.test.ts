// The built dashboard in a real pseudo-terminal: what an operator sees and does, from the first frame to the restored shell.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTerminal, type PseudoTerminal } from "./fixtures/pseudo-terminal.ts";

const PROGRAM = fileURLToPath(new URL("./fixtures/dashboard-program.ts", import.meta.url));
const BUILT = fileURLToPath(new URL("../packages/tui/dist/index.js", import.meta.url));

/** Starting Node with Ink takes seconds on a busy machine, and some tests do it and a lot more. */
const TEST_MS = 90_000;

const open: PseudoTerminal[] = [];
afterEach(async () => {
  for (const terminal of open.splice(0)) {
    terminal.hangUp();
    await terminal.ended;
  }
});

beforeAll(() => {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: build first (pnpm build), this test runs what is shipped`);
});

function start(columns: number, rows: number, args: string[] = [], env: Record<string, string> = {}): PseudoTerminal {
  const base = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", LANG: "C.UTF-8", TZ: "UTC" };
  const terminal = openTerminal(process.execPath, [PROGRAM, ...args], columns, rows, { ...base, ...env });
  open.push(terminal);
  return terminal;
}

const ready = (text: string): boolean => text.includes("of 41") && text.includes("q detach");

describe("the dashboard in a pseudo-terminal", { timeout: TEST_MS }, () => {
  it("fills 80x24, answers p, ?, enter and esc, and gives the screen back on q", async () => {
    const terminal = start(80, 24);
    const first = await terminal.until(ready);
    expect(terminal.alternate()).toBe(true);
    expect(first).toMatch(/data-lake-prod → 111122223333 +● running/);
    expect(first).toMatch(/✗ 53 failed/);
    expect(terminal.colouredCells()).toBeGreaterThan(50);

    terminal.press("p");
    await terminal.until((text) => text.includes("Pause ingest-eu (222233334444)?") && text.includes("y pause"));
    terminal.press("\u001b");
    await terminal.until((text) => ready(text) && !text.includes("y pause"));

    terminal.press("?");
    expect(await terminal.until((text) => text.includes("/srv/campaigns/lake-2026/logs/quitclaim.log"))).toMatch(
      /quitclaim watch --config lake-2026\.yaml/,
    );
    terminal.press("\u001b");
    await terminal.until((text) => text.includes("✗ 53 failed"));

    terminal.press("\r");
    await terminal.until((text) => text.includes("─ ingest-eu 222233334444 ─") && /means +The object is encrypted/.test(text));
    terminal.press("\r");
    expect(await terminal.until((text) => text.includes("9 objects, 1 chosen"))).toContain("\\e[2J\\e[31mowned\\u{202e}gpj.exe");
    terminal.press("\u001b");
    terminal.press("\u001b");
    await terminal.until((text) => text.includes("✗ 53 failed"));

    terminal.press("q");
    expect(await terminal.ended).toBe(0);
    const last = await terminal.until((text) => text.includes("ended: detached; commands: none"));
    expect(terminal.alternate()).toBe(false);
    expect(last).toMatch(/lake-2026: data-lake-prod → 111122223333, running/);
    expect(last).toMatch(/Come back with: quitclaim watch --config lake-2026\.yaml/);
    // The cursor is shown again, and the hostile key never reached the terminal.
    expect(terminal.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?25l"));
    expect(terminal.raw()).not.toContain("\u001b[31mowned");
    expect(terminal.raw()).not.toContain("\u202e");
  });

  it("pauses, keeps the pause in sight, resumes; follows the window, and draws only what changed", async () => {
    const terminal = start(120, 40);
    await terminal.until(ready);
    terminal.press("jpy");
    await terminal.until((text) => text.includes("✓ paused 333344445555") && /‖ 333344445555 +partners +paused/.test(text));
    expect(terminal.lines()[2]).toMatch(/1 more account paused too/);
    terminal.press("py");
    await terminal.until((text) => text.includes("✓ resumed 333344445555") && /● 333344445555 +partners +running/.test(text));

    for (const [columns, rows] of [
      [40, 10],
      [100, 30],
      [200, 50],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until((text) => {
        const lines = text.split("\n");
        const once = lines.filter((one) => one.includes("q detach")).length === 1;
        return (
          once &&
          (lines.at(-1) ?? "").includes("q detach") &&
          (lines[0] ?? "").endsWith("● running") &&
          (lines[0] ?? "").length === columns - 1
        );
      });
    }

    // Two ticks of the clock of a busy campaign, in less than one screen.
    const before = terminal.raw().length;
    const clock = (text: string): string => /\d\d:\d\d:\d\d/.exec(text)?.[0] ?? "";
    const at = clock(terminal.lines().join("\n"));
    await terminal.until((text) => clock(text) !== at);
    expect(terminal.raw().length - before).toBeLessThan(80 * 24);
    expect(terminal.raw().slice(before)).not.toContain("\u001b[2J");

    terminal.press("q");
    await terminal.until((text) => text.includes("commands: pause 333344445555, resume 333344445555"));
    expect(await terminal.ended).toBe(0);
  });

  it("says the same without any colour under NO_COLOR", async () => {
    const terminal = start(80, 24, [], { NO_COLOR: "1" });
    const text = await terminal.until(ready);
    expect(terminal.colouredCells()).toBe(0);
    for (const word of ["● running", "‖ 444455556666", "paused", "▲ 555566667777", "✗ 53 failed", "✓ 666677778888", "finished", "▸"])
      expect(text).toContain(word);
  });

  it("says since when there is no connection", async () => {
    const terminal = start(80, 24, ["--silent-after", "1500"]);
    const text = await terminal.until((now) => /no connection for [2-9] s/.test(now));
    expect(text).toMatch(/figures below are from \d\d:\d\d:\d\d: connect ECONNREFUSED/);
  });

  it("drains at one Ctrl-C and leaves at the second", async () => {
    const terminal = start(80, 24, ["--interrupt"]);
    await terminal.until(ready);
    terminal.press("\u0003");
    await terminal.until((text) => /‖ stopping$/m.test(text));
    terminal.press("\u0003");
    await terminal.until((text) => text.includes("ended: interrupted; commands: interrupt 1, interrupt 2"));
    expect(terminal.alternate()).toBe(false);
  });
});
