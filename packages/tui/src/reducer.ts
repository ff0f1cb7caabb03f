// The one place where the screen's state changes: an event in, the next model and what to ask the outside for.
// Keys that arrive in one chunk go through here one after the other, each seeing what the one before it did.
import { watch } from "./eta.ts";
import { pressKey } from "./keys/press.ts";
import { placesOf } from "./listing.ts";
import { type Effect, type Event, type Model, top } from "./model.ts";
import { clampCursor, withTop } from "./navigate.ts";
import { relevantLoads } from "./needs.ts";
import { finishedOf, isOver } from "./tally.ts";

export type Step = readonly [Model, readonly Effect[]];

const NOTICE_MS = 6_000;

/** Pure: the same model and event give the same step. */
export function reduce(model: Model, event: Event): Step {
  // Nothing changes any more once leaving is decided: a late key must not start anything.
  if (model.leaving !== undefined) return [model, []];
  const [next, effects] = change(model, event);
  return [{ ...next, loads: relevantLoads(next) }, effects];
}

function change(model: Model, event: Event): Step {
  switch (event.type) {
    case "key":
      return pressKey({ ...model, now: event.now, scrollMax: event.scrollMax }, event.key);
    case "paste":
      return [paste(model, event.text), []];
    case "resize":
      return [{ ...model, columns: event.columns, rows: event.rows }, []];
    case "tick":
      return [forget({ ...model, now: event.now }), []];
    case "snapshot": {
      const { failing: _, ...rest } = model;
      const before = model.snapshot;
      const moved = before !== undefined && finishedOf(event.snapshot) > finishedOf(before);
      const next: Model = {
        ...rest,
        now: event.now,
        heardAt: event.now,
        snapshot: event.snapshot,
        beats: model.beats + (moved ? 1 : 0),
        watched: watch(model.watched, event.snapshot),
      };
      if (model.exitWhenFinished && isOver(event.snapshot))
        return [{ ...next, leaving: "finished" }, [{ do: "leave", reason: "finished" }]];
      return [forget(next), []];
    }
    case "snapshotFailed":
      return [{ ...model, now: event.now, failing: event.message }, []];
    case "loaded":
      return [keepCursorInside({ ...model, loads: { ...model.loads, [event.slot]: event.load } }), []];
    case "told":
      return [{ ...model, notice: { text: event.text, tone: event.tone, until: event.now + NOTICE_MS } }, []];
    case "hungUp":
      return [{ ...model, leaving: "detached" }, [{ do: "leave", reason: "detached" }]];
    case "stopped":
      return [{ ...model, leaving: "interrupted" }, [{ do: "leave", reason: "interrupted" }]];
  }
}

function forget(model: Model): Model {
  if (model.notice === undefined || model.now < model.notice.until) return model;
  const { notice: _, ...rest } = model;
  return rest;
}

function keepCursorInside(model: Model): Model {
  const view = top(model);
  return view.kind === "objects" && placesOf(model, view) > 0 ? clampCursor(model) : model;
}

/** Pasted text is typed text where text is asked for; anywhere else it is ignored, because its letters would be commands. */
function paste(model: Model, text: string): Model {
  const typed = text.replaceAll(/[\r\n]/g, "");
  if (model.dialog?.kind === "cutover") return { ...model, dialog: { kind: "cutover", typed: model.dialog.typed + typed } };
  if (!model.filtering) return model;
  const view = top(model);
  return "account" in view || view.kind === "campaign" || view.kind === "failures" || view.kind === "objects"
    ? withTop(model, { ...view, filter: view.filter + typed })
    : model;
}
