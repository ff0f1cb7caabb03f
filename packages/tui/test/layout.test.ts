// Every screen fits its terminal: never more lines than rows, no line wider than columns, nothing raw in any of them.
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { allot, fitColumns } from "../src/layout.ts";
import type { Dialog, LedgerRow, Model, View } from "../src/model.ts";
import { needsOf } from "../src/needs.ts";
import { reduce } from "../src/reducer.ts";
import { charsetOf, themeOf } from "../src/theme.ts";
import { frame } from "../src/views/frame.ts";
import { hostileText, snapshotArbitrary } from "./arbitrary.ts";
import { ALL, modelOf, NOW } from "./models.ts";

const THEMES = [themeOf({ LANG: "C.UTF-8" }), themeOf({ TERM: "linux", NO_COLOR: "1" })] as const;

const rowArbitrary = fc
  .record({
    key: hostileText,
    code: hostileText,
    detail: hostileText,
    requestId: hostileText,
    status: fc.constantFrom(0, 403, 503),
    changed: fc.boolean(),
  })
  .map(
    (one): LedgerRow =>
      ({
        account: "222200000000",
        batch: "b",
        key: one.key,
        versionId: one.detail,
        op: "acl",
        outcome: one.changed ? "changed" : "failed",
        code: one.code,
        httpStatus: one.status,
        requestId: one.requestId,
        attempts: 2,
        at: NOW,
        newVersionId: null,
        detail: one.detail,
      }) as LedgerRow,
  );

/** Which screen to show of a snapshot, and in what mood. */
const sceneArbitrary = fc.record({
  view: fc.constantFrom("campaign", "account", "failures", "objects", "object", "help" as const),
  row: rowArbitrary,
  more: fc.array(rowArbitrary, { maxLength: 30 }),
  cursor: fc.nat({ max: 40 }),
  filter: hostileText,
  dialog: fc.constantFrom("none", "none", "pause", "resume", "retry", "ceiling", "cutover" as const),
  filtering: fc.boolean(),
  faultsOnly: fc.boolean(),
  interrupted: fc.boolean(),
  lost: fc.boolean(),
  noticed: fc.boolean(),
});
type Scene = typeof sceneArbitrary extends fc.Arbitrary<infer T> ? T : never;

function staged(model: Model, scene: Scene): Model {
  const account = model.snapshot?.accounts[0]?.account;
  const cursor = { at: scene.cursor };
  const view = ((): View => {
    switch (scene.view) {
      case "account":
        return account === undefined
          ? { kind: "failures", cursor, filter: scene.filter }
          : { kind: "account", account, cursor, filter: scene.filter };
      case "failures":
        return { kind: "failures", cursor, filter: "" };
      case "objects":
        return { kind: "objects", cursor, filter: scene.filter, ...(scene.faultsOnly ? { code: scene.row.code } : {}) };
      case "object":
        return { kind: "object", row: scene.row, cursor, filter: "" };
      case "help":
        return { kind: "help", cursor, filter: "" };
      default:
        return { kind: "campaign", cursor, filter: scene.faultsOnly ? scene.filter : "" };
    }
  })();
  const scope = account === undefined ? {} : { account };
  const dialogs: Record<Scene["dialog"], Dialog | undefined> = {
    none: undefined,
    pause: { kind: "pause", ...scope },
    resume: { kind: "resume", ...scope },
    retry: { kind: "retry", code: scene.row.code, count: 12, ...scope },
    ceiling: { kind: "ceiling", before: 3_500, after: 3_750 },
    cutover: { kind: "cutover", typed: scene.filter },
  };
  const dialog = dialogs[scene.dialog];
  const shown: Model = {
    ...model,
    trail: view.kind === "campaign" ? [view] : [model.trail[0], view],
    faultsOnly: scene.faultsOnly,
    filtering: scene.filtering && dialog === undefined,
    interrupts: scene.interrupted ? 1 : 0,
    ...(dialog === undefined ? {} : { dialog }),
    ...(scene.lost ? { failing: scene.row.detail } : {}),
    ...(scene.noticed ? { notice: { text: scene.row.detail, tone: "bad" as const, until: NOW + 1_000 } } : {}),
  };
  const need = needsOf(shown)[0];
  if (need?.slot !== "failures") return shown;
  const rows = [scene.row, ...scene.more];
  const value = { offset: need.query.offset, total: rows.length + need.query.offset, rows };
  return reduce(shown, { type: "loaded", slot: "failures", load: { scope: need.scope, key: need.key, at: NOW, value } })[0];
}

describe("every screen", () => {
  it("fits its terminal and prints nothing raw, whatever the snapshot, the names and the size", () => {
    fc.assert(
      fc.property(
        snapshotArbitrary,
        sceneArbitrary,
        fc.integer({ min: 20, max: 300 }),
        fc.integer({ min: 5, max: 100 }),
        fc.constantFrom(...THEMES),
        (snapshot, scene, columns, rows, theme) => {
          const model = staged(modelOf(snapshot, ALL, { columns, rows }), scene);
          const explain = (): { meaning: string; fix: string } => ({ meaning: scene.row.detail, fix: scene.filter });
          const lines = frame({ model, theme, width: columns, logPath: scene.row.key, resumeCommand: scene.row.detail, explain }).map(
            (line) => line.map((span) => span.text).join(""),
          );
          expect(lines).toHaveLength(rows);
          for (const line of lines) {
            expect(stringWidth(line)).toBeLessThanOrEqual(columns);
            expect(line).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u);
            if (theme.charset === "ascii") expect(line).toMatch(/^[\x20-\x7e]*$/);
          }
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  it("shows the two lines that matter on the smallest terminal", () => {
    fc.assert(
      fc.property(snapshotArbitrary, fc.integer({ min: 40, max: 90 }), (snapshot, columns) => {
        const model = modelOf(snapshot, ALL, { columns, rows: 5 });
        const text = frame({ model, theme: THEMES[0], width: columns, logPath: "", resumeCommand: "" })
          .map((line) => line.map((span) => span.text).join(""))
          .join("\n");
        expect(text).toMatch(/ of .* %/);
        expect(text).toMatch(/\/s/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("arithmetic of the layout", () => {
  it("never grants more lines than there are", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.array(fc.record({ part: fc.constantFrom("a", "b", "c", "d"), lines: fc.integer({ min: -3, max: 30 }), partly: fc.boolean() })),
        (rows, wishes) => {
          const granted = Object.values<number>(allot(rows, wishes));
          expect(granted.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(rows);
          expect(granted.every((one) => one >= 0)).toBe(true);
        },
      ),
    );
  });
  it("never makes columns wider than the line, and keeps the first in rank the longest", () => {
    const wishes = fc.uniqueArray(
      fc.record({
        column: fc.constantFrom("a", "b", "c", "d", "e"),
        min: fc.integer({ min: 1, max: 20 }),
        want: fc.integer({ min: 1, max: 40 }),
        rank: fc.nat({ max: 9 }),
      }),
      { selector: (one) => one.column },
    );
    fc.assert(
      fc.property(wishes, fc.nat({ max: 200 }), fc.integer({ min: 0, max: 3 }), (columns, width, gap) => {
        const fitted = fitColumns(columns, width, gap);
        expect(fitted.reduce((sum, one) => sum + one.width, 0) + gap * Math.max(0, fitted.length - 1)).toBeLessThanOrEqual(width);
        const first = [...columns].sort((a, b) => a.rank - b.rank)[0];
        if (first !== undefined && first.min <= width) expect(fitted.map((one) => one.column)).toContain(first.column);
      }),
    );
  });
});

describe("the theme", () => {
  it.each([
    [{ TERM: "xterm-256color", LANG: "de_DE.UTF-8" }, "unicode"],
    [{ TERM: "xterm", LC_ALL: "C", LANG: "en_US.UTF-8" }, "ascii"],
    [{ TERM: "xterm", LC_ALL: "", LC_CTYPE: "en_US.utf8" }, "unicode"],
    [{ TERM: "linux", LANG: "en_US.UTF-8" }, "ascii"],
    [{ TERM: "dumb", LANG: "en_US.UTF-8" }, "ascii"],
    [{ TERM: "xterm", LANG: "en_US.ISO-8859-1" }, "ascii"],
    [{}, "ascii"],
  ])("%j is %s", (env, charset) => {
    expect(charsetOf(env)).toBe(charset);
  });
  it("has no colour under NO_COLOR, and no two states that differ by red against green", () => {
    const tones = ["plain", "dim", "strong", "title", "work", "good", "warn", "bad", "key"] as const;
    expect(tones.every((tone) => themeOf({ NO_COLOR: "1" }).look(tone).color === undefined)).toBe(true);
    expect(tones.some((tone) => /green/i.test(themeOf({}).look(tone).color ?? ""))).toBe(false);
  });
});
