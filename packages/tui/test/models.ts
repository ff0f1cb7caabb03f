// Models to press keys on: the simulated campaign at a fixed moment, and whatever was pressed since.
import type { ProgressSnapshot } from "@quitclaim/campaign";
import { type SimulatorOptions, simulate } from "../../../test/fixtures/campaign-simulator.ts";
import { type Abilities, type Effect, emptyModel, type Key, type Model } from "../src/model.ts";
import { reduce } from "../src/reducer.ts";

export const NOW = 1_790_000_000_000;
export const ALL: Abilities = { control: true, cutover: true, interrupt: true };
export const NONE: Abilities = { control: false, cutover: false, interrupt: false };

export const snapshotAt = (more: Partial<SimulatorOptions> = {}): Promise<ProgressSnapshot> =>
  simulate({ startAt: NOW, elapsedMs: () => 0, ...more }).view.snapshot();

export function modelOf(snapshot: ProgressSnapshot, abilities: Abilities = ALL, size = { columns: 80, rows: 24 }): Model {
  const [model] = reduce(emptyModel({ abilities, ...size, now: NOW, tickMs: 500, exitWhenFinished: false }), {
    type: "snapshot",
    snapshot,
    now: NOW,
  });
  return model;
}

const NAMES: Record<string, Key> = Object.fromEntries(
  (["up", "down", "pageUp", "pageDown", "home", "end", "enter", "right", "left", "escape", "backspace", "interrupt"] as const).map(
    (name) => [name, { name }],
  ),
);

/** Presses keys, named or single characters, separated by spaces; answers the model and all effects. */
export function press(model: Model, keys: string): { model: Model; effects: Effect[] } {
  const effects: Effect[] = [];
  let now = model;
  for (const one of keys.split(" ").filter((key) => key !== "")) {
    const [next, more] = reduce(now, { type: "key", key: NAMES[one] ?? { name: "char", char: one }, now: NOW, scrollMax: 5 });
    now = next;
    effects.push(...more);
  }
  return { model: now, effects };
}
