// Keys while a question is open: y does what was read, n or esc does not; the switch wants the bucket's name instead of a y.
import type { Dialog, Effect, Key, Model } from "../model.ts";
import { stepCeiling } from "../rate.ts";

type Step = readonly [Model, readonly Effect[]];

function closed(model: Model): Model {
  const { dialog: _, ...rest } = model;
  return rest;
}

export function pressInDialog(model: Model, dialog: Dialog, key: Key): Step {
  if (key.name === "escape") return [closed(model), []];
  if (dialog.kind === "cutover") return pressInCutover(model, dialog.typed, key);
  if (key.name !== "char") return [model, []];
  if (key.char === "n" || key.char === "q") return [closed(model), []];
  if (key.char === "y") return [closed(model), effectsOf(model, dialog)];
  if (dialog.kind === "ceiling" && (key.char === "+" || key.char === "=" || key.char === "-")) {
    return [{ ...model, dialog: { ...dialog, after: stepCeiling(dialog.after, key.char === "-" ? -1 : 1) } }, []];
  }
  return [model, []];
}

function pressInCutover(model: Model, typed: string, key: Key): Step {
  const type = (text: string): Step => [{ ...model, dialog: { kind: "cutover", typed: text } }, []];
  if (key.name === "char") return type(typed + key.char);
  if (key.name === "backspace") return type([...typed].slice(0, -1).join(""));
  if (key.name === "enter" && typed === model.snapshot?.bucket) return [closed(model), [{ do: "cutover" }]];
  return [model, []];
}

function effectsOf(model: Model, dialog: Exclude<Dialog, { kind: "cutover" }>): readonly Effect[] {
  const at = model.snapshot?.at ?? model.now;
  switch (dialog.kind) {
    case "pause":
      return [{ do: "pause", account: dialog.account, pause: { by: "operator", cause: "from the dashboard; p resumes it", at } }];
    case "resume":
      return [{ do: "resume", account: dialog.account }];
    case "retry": {
      const { account, code } = dialog;
      return [{ do: "retry", ...(account === undefined ? {} : { account }), ...(code === undefined ? {} : { code }) }];
    }
    case "ceiling":
      return dialog.after === dialog.before ? [] : [{ do: "ceiling", value: dialog.after }];
  }
}
