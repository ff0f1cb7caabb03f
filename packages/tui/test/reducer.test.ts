// What keys and other events do, as a table: from a model, through keys, to a view, a question, an effect.
import type { AccountId, ProgressSnapshot } from "@quitclaim/campaign";
import { beforeAll, describe, expect, it } from "vitest";
import { bindings } from "../src/keys/bindings.ts";
import { type LedgerRow, type Model, top } from "../src/model.ts";
import { needsOf } from "../src/needs.ts";
import { stepCeiling } from "../src/rate.ts";
import { reduce } from "../src/reducer.ts";
import { ALL, modelOf, NONE, NOW, press, snapshotAt } from "./models.ts";

let snapshot: ProgressSnapshot;
beforeAll(async () => {
  snapshot = await snapshotAt();
});

const rows = (count: number, more: Partial<LedgerRow> = {}): LedgerRow[] =>
  Array.from(
    { length: count },
    (_, place) =>
      ({
        account: "222233334444",
        batch: "b",
        key: `key-${place}`,
        versionId: null,
        op: "acl",
        outcome: "failed",
        code: "KMS.AccessDenied",
        httpStatus: 403,
        requestId: "R",
        attempts: 1,
        at: NOW,
        newVersionId: null,
        detail: "",
        ...more,
      }) as LedgerRow,
  );

function loaded(model: Model, total: number): Model {
  const need = needsOf(model)[0];
  if (need?.slot !== "failures") throw new Error("this view asks for no ledger page");
  const { offset, limit } = need.query;
  const [next] = reduce(model, {
    type: "loaded",
    slot: "failures",
    load: { scope: need.scope, key: need.key, at: NOW, value: { offset, total, rows: rows(total).slice(offset, offset + limit) } },
  });
  return next;
}

describe("moving about", () => {
  const place = (model: Model): number | string => top(model).cursor.id ?? top(model).cursor.at;
  it.each([
    ["nothing", "", 0],
    ["down", "down", "account:333344445555"],
    ["j and k", "j j k", "account:333344445555"],
    ["up at the top stays", "up up", "account:222233334444"],
    ["end is the line of failures", "end", "failures"],
    ["G too", "G", "failures"],
    ["down at the end stays", "G down down", "failures"],
    ["home", "G home", "account:222233334444"],
    ["page down", "pageDown", "failures"],
  ])("%s", (_, keys, expected) => {
    expect(place(press(modelOf(snapshot), keys).model)).toBe(expected);
  });

  it.each([
    ["enter opens the account", "enter", ["campaign", "account"]],
    ["right does too", "right", ["campaign", "account"]],
    ["then the objects of a reason", "enter enter", ["campaign", "account", "objects"]],
    ["the failures of all accounts by reason", "G enter", ["campaign", "failures"]],
    ["and their objects", "G enter enter", ["campaign", "failures", "objects"]],
    ["escape goes back", "enter enter escape", ["campaign", "account"]],
    ["left goes back", "enter left", ["campaign"]],
    ["back at the first screen stays", "escape left", ["campaign"]],
    ["help on top of anything", "enter ?", ["campaign", "account", "help"]],
    ["help is not opened twice", "? ?", ["campaign", "help"]],
    ["enter on an object that is not read yet stays", "enter enter enter", ["campaign", "account", "objects"]],
  ])("%s", (_, keys, kinds) => {
    expect(press(modelOf(snapshot), keys).model.trail.map((view) => view.kind)).toEqual(kinds);
  });

  it("keeps the cursor on its account when the list changes around it", () => {
    const onPaused = press(modelOf(snapshot), "down down down").model;
    expect(place(onPaused)).toBe("account:444455556666");
    const { model } = press(onPaused, "f p");
    expect(model.dialog).toEqual({ kind: "resume", account: "444455556666" });
  });

  it("opens an object once its page is read, and never shows another scope's page", () => {
    const list = loaded(press(modelOf(snapshot), "enter enter").model, 9);
    expect(press(list, "j enter").model.trail.at(-1)).toMatchObject({ kind: "object", row: { key: "key-1" } });
    const other = press(list, "escape j enter").model;
    expect(top(other)).toMatchObject({ kind: "objects", code: "NoSuchVersion" });
    expect(other.loads.failures).toBeUndefined();
  });

  it("asks for the ledger page around the cursor, and keeps the old one until it is there", () => {
    const list = loaded(press(modelOf(snapshot), "enter enter").model, 4_000);
    const far = press(list, "G").model;
    expect(top(far).cursor.at).toBe(3_999);
    expect(needsOf(far)[0]).toMatchObject({ query: { account: "222233334444", code: "KMS.AccessDenied", offset: 3_800, limit: 300 } });
    expect(far.loads.failures?.value?.total).toBe(4_000);
  });

  it("scrolls a text no further than it is long, so that the way back is as long as the way there", () => {
    expect(top(press(modelOf(snapshot), "? G").model).cursor.at).toBe(5);
    expect(top(press(modelOf(snapshot), "? G j j k").model).cursor.at).toBe(4);
  });

  it("moves the cursor back inside a list that became shorter", () => {
    const far = press(loaded(press(modelOf(snapshot), "enter enter").model, 50), "G").model;
    expect(top(loaded(far, 3)).cursor.at).toBe(2);
  });
});

describe("changing the campaign", () => {
  const pause = { by: "operator", cause: "from the dashboard; p resumes it", at: NOW };
  it.each([
    ["p asks first", "p", { kind: "pause", account: "222233334444" }, []],
    ["y does it", "p y", undefined, [{ do: "pause", account: "222233334444", pause }]],
    ["n does not", "p n", undefined, []],
    ["escape does not", "p escape", undefined, []],
    ["enter is no yes", "p enter", { kind: "pause", account: "222233334444" }, []],
    ["a paused account is resumed", "j j j p y", undefined, [{ do: "resume", account: "444455556666" }]],
    ["a finished account has nothing to pause", "j j j j p", undefined, []],
    ["P pauses all", "P y", undefined, [{ do: "pause", account: undefined, pause }]],
    ["r says how many of the account", "r", { kind: "retry", account: "222233334444", count: 12 }, []],
    ["r on the line of failures means all of them", "G r y", undefined, [{ do: "retry" }]],
    ["r on a reason means that reason", "enter r y", undefined, [{ do: "retry", account: "222233334444", code: "KMS.AccessDenied" }]],
    ["r where nothing failed does nothing", "j r", undefined, []],
    ["+ asks for a higher ceiling", "+", { kind: "ceiling", before: 3_500, after: 3_750 }, []],
    ["and moves on while asked", "+ + + -", { kind: "ceiling", before: 3_500, after: 4_000 }, []],
    ["- asks for a lower one", "- y", undefined, [{ do: "ceiling", value: 3_250 }]],
    ["an unchanged ceiling is no command", "+ - y", undefined, []],
    ["q in a question answers no, and does not leave", "p q", undefined, []],
  ])("%s", (_, keys, dialog, effects) => {
    const after = press(modelOf(snapshot), keys);
    expect(after.model.dialog).toEqual(dialog);
    expect(after.effects).toEqual(effects);
  });

  it("cuts over only once the bucket's name is typed", () => {
    const typed = (name: string): string => `c ${[...name].join(" ")} enter`;
    expect(press(modelOf(snapshot), typed("data-lake-prod")).effects).toEqual([{ do: "cutover" }]);
    expect(press(modelOf(snapshot), typed("data-lake")).effects).toEqual([]);
    expect(press(modelOf(snapshot), "c y enter").effects).toEqual([]);
    expect(press(modelOf(snapshot), `${typed("data-lake-prodx").replace(" enter", "")} backspace enter`).effects).toEqual([
      { do: "cutover" },
    ]);
  });

  it("has none of the changing keys when it is read-only", () => {
    const watching = modelOf(snapshot, NONE);
    expect(bindings(watching).filter(({ changes }) => changes)).toEqual([]);
    for (const keys of ["p y", "P y", "r y", "+ y", "- y", "c d enter", "G r y", "enter r y", "enter p y"]) {
      const after = press(watching, keys);
      expect(after.effects).toEqual([]);
      expect(after.model.dialog).toBeUndefined();
    }
  });

  it("offers the cutover only where someone carries it out", () => {
    expect(bindings(modelOf(snapshot, { ...ALL, cutover: false })).some(({ command }) => command === "cutover")).toBe(false);
    expect(press(modelOf(snapshot, { ...ALL, cutover: false }), "c").model.dialog).toBeUndefined();
  });

  it("asks about what was on the screen, even where the snapshot moves on meanwhile", () => {
    const asked = press(modelOf(snapshot), "r").model;
    const shuffled = { ...snapshot, accounts: snapshot.accounts.toReversed() };
    const [later] = reduce(asked, { type: "snapshot", snapshot: shuffled, now: NOW + 500 });
    expect(press(later, "y").effects).toEqual([{ do: "retry", account: "222233334444" as AccountId }]);
  });
});

describe("filters", () => {
  it("types into the filter what would otherwise be commands", () => {
    const { model, effects } = press(modelOf(snapshot), "/ p q enter");
    expect(top(model).filter).toBe("pq");
    expect(model.filtering).toBe(false);
    expect(effects).toEqual([]);
  });
  it("escape clears a filter before it goes back", () => {
    const filtered = press(modelOf(snapshot), "/ l a enter").model;
    expect(top(filtered).filter).toBe("la");
    expect(top(press(filtered, "escape").model).filter).toBe("");
  });
  it("asks the ledger for keys that match", () => {
    const { model } = press(modelOf(snapshot), "enter enter / x enter");
    expect(needsOf(model)[0]).toMatchObject({ query: { match: "x", offset: 0 } });
  });
  it("takes a paste as text where text is asked for, and as nothing elsewhere", () => {
    const paste = (model: Model): Model => reduce(model, { type: "paste", text: "pyq\r\n" })[0];
    expect(paste(modelOf(snapshot))).toEqual(modelOf(snapshot));
    expect(top(paste(press(modelOf(snapshot), "/").model)).filter).toBe("pyq");
    expect(paste(press(modelOf(snapshot), "c").model).dialog).toEqual({ kind: "cutover", typed: "pyq" });
  });
});

describe("leaving", () => {
  it("q detaches, and says finished where nothing remains", async () => {
    expect(press(modelOf(snapshot), "q").effects).toEqual([{ do: "leave", reason: "detached" }]);
    expect(press(modelOf({ ...snapshot, state: "finished", remaining: 0 }), "q").effects).toEqual([{ do: "leave", reason: "finished" }]);
  });
  it("one Ctrl-C drains, a second one leaves at once", () => {
    const once = press(modelOf(snapshot), "interrupt");
    expect(once.effects).toEqual([{ do: "interrupt", times: 1 }]);
    expect(once.model.leaving).toBeUndefined();
    expect(press(once.model, "interrupt").effects).toEqual([
      { do: "interrupt", times: 2 },
      { do: "leave", reason: "interrupted" },
    ]);
  });
  it("Ctrl-C works inside a question, and just leaves where there is nothing to stop", () => {
    expect(press(modelOf(snapshot), "p interrupt").effects).toEqual([{ do: "interrupt", times: 1 }]);
    expect(press(modelOf(snapshot, NONE), "interrupt").effects).toEqual([{ do: "leave", reason: "interrupted" }]);
  });
  it("obeys nothing after leaving was decided", () => {
    expect(press(press(modelOf(snapshot), "q").model, "p y q").effects).toEqual([]);
  });
  it("leaves a finished campaign by itself only where asked to", () => {
    const over: ProgressSnapshot = { ...snapshot, state: "finished", remaining: 0 };
    const stays = modelOf(snapshot);
    expect(reduce(stays, { type: "snapshot", snapshot: over, now: NOW })[1]).toEqual([]);
    expect(reduce({ ...stays, exitWhenFinished: true }, { type: "snapshot", snapshot: over, now: NOW })[1]).toEqual([
      { do: "leave", reason: "finished" },
    ]);
  });
});

it("steps the ceiling in round figures, never under one", () => {
  expect([1, 19, 95, 950, 3_500, 9_900].map((value) => stepCeiling(value, 1))).toEqual([2, 20, 100, 1_000, 3_750, 10_000]);
  expect([1, 20, 100, 1_000, 3_600, 10_000].map((value) => stepCeiling(value, -1))).toEqual([1, 19, 95, 950, 3_500, 9_750]);
});
