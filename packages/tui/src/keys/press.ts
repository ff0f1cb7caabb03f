// What one key does: to a dialog that is open, to a filter being typed, else to the view.
import type { Effect, Key, Model } from "../model.ts";
import { top } from "../model.ts";
import { back, enter, moveBy, moveEnd, moveHome, open, withTop } from "../navigate.ts";
import { stepCeiling } from "../rate.ts";
import { isOver } from "../tally.ts";
import { allows, pauseAllScope, pauseScope, retryScope } from "./bindings.ts";
import { pressInDialog } from "./dialog.ts";

type Step = readonly [Model, readonly Effect[]];

const still = (model: Model): Step => [model, []];

export function pressKey(model: Model, key: Key): Step {
  if (key.name === "interrupt") return interrupt(model);
  if (model.dialog !== undefined) return pressInDialog(model, model.dialog, key);
  if (model.filtering) return still(pressInFilter(model, key));
  if (key.name === "char") return pressChar(model, key.char);
  switch (key.name) {
    case "up":
      return still(moveBy(model, -1));
    case "down":
      return still(moveBy(model, 1));
    case "pageUp":
      return still(moveBy(model, -page(model)));
    case "pageDown":
      return still(moveBy(model, page(model)));
    case "home":
      return still(moveHome(model));
    case "end":
      return still(moveEnd(model));
    case "enter":
    case "right":
      return still(enter(model));
    case "escape": {
      const view = top(model);
      return still(view.filter === "" ? back(model) : withTop(model, { ...view, cursor: { at: 0 }, filter: "" }));
    }
    case "left":
    case "backspace":
      return still(back(model));
  }
}

/** Lines of a leap: about a screen, with something left to recognise. */
const page = (model: Model): number => Math.max(1, Math.floor(model.rows / 2));

/** Once: stop and drain, where the work is this process's; twice, or with nothing to stop: leave at once. */
function interrupt(model: Model): Step {
  if (!model.abilities.interrupt) return [{ ...model, leaving: "interrupted" }, [{ do: "leave", reason: "interrupted" }]];
  if (model.interrupts === 0) return [{ ...model, interrupts: 1 }, [{ do: "interrupt", times: 1 }]];
  return [
    { ...model, interrupts: 2, leaving: "interrupted" },
    [
      { do: "interrupt", times: 2 },
      { do: "leave", reason: "interrupted" },
    ],
  ];
}

function pressInFilter(model: Model, key: Key): Model {
  const view = top(model);
  if (view.kind === "object" || view.kind === "help") return { ...model, filtering: false };
  const typed = (filter: string): Model => withTop(model, { ...view, cursor: { at: 0 }, filter });
  switch (key.name) {
    case "char":
      return typed(view.filter + key.char);
    case "backspace":
      return typed([...view.filter].slice(0, -1).join(""));
    case "enter":
      return { ...model, filtering: false };
    case "escape":
      return { ...typed(""), filtering: false };
    case "up":
      return moveBy(model, -1);
    case "down":
      return moveBy(model, 1);
    default:
      return model;
  }
}

function pressChar(model: Model, char: string): Step {
  switch (char) {
    case "j":
      return still(moveBy(model, 1));
    case "k":
      return still(moveBy(model, -1));
    case "g":
      return still(moveHome(model));
    case "G":
      return still(moveEnd(model));
    case "?":
      return still(allows(model, "help") ? open(model, { kind: "help", cursor: { at: 0 }, filter: "" }) : model);
    case "/":
      return still(allows(model, "filter") ? { ...model, filtering: true } : model);
    case "f":
      return still(allows(model, "faults") ? { ...model, faultsOnly: !model.faultsOnly } : model);
    case "q": {
      const reason = model.snapshot !== undefined && isOver(model.snapshot) ? "finished" : "detached";
      return [{ ...model, leaving: reason }, [{ do: "leave", reason }]];
    }
    case "p": {
      const scope = allows(model, "pause") ? pauseScope(model) : undefined;
      return still(scope === undefined ? model : { ...model, dialog: scope });
    }
    case "P": {
      const kind = allows(model, "pauseAll") ? pauseAllScope(model) : undefined;
      return still(kind === undefined ? model : { ...model, dialog: { kind } });
    }
    case "r": {
      const scope = allows(model, "retry") ? retryScope(model) : undefined;
      return still(scope === undefined ? model : { ...model, dialog: { kind: "retry", ...scope } });
    }
    case "+":
    case "=":
      return still(askCeiling(model, 1));
    case "-":
      return still(askCeiling(model, -1));
    case "c":
      return still(allows(model, "cutover") ? { ...model, dialog: { kind: "cutover", typed: "" } } : model);
    default:
      return still(model);
  }
}

function askCeiling(model: Model, direction: 1 | -1): Model {
  const before = model.snapshot?.ceilingPerSecond;
  if (before === undefined || !allows(model, "ceiling")) return model;
  return { ...model, dialog: { kind: "ceiling", before, after: stepCeiling(before, direction) } };
}
