// Moving about: the trail of views and the cursor in each.
import { itemsOf, placeOf, placesOf, selectedItem, selectedRow } from "./listing.ts";
import { type Model, top, type View } from "./model.ts";

export function withTop(model: Model, view: View): Model {
  const [first, ...rest] = model.trail;
  return { ...model, trail: rest.length === 0 ? [view] : [first, ...rest.slice(0, -1), view] };
}

export const open = (model: Model, view: View): Model => ({ ...model, filtering: false, trail: [...model.trail, view] });

/** One level up; at the campaign nothing happens. */
export function back(model: Model): Model {
  const [first, ...rest] = model.trail;
  return { ...model, filtering: false, trail: [first, ...rest.slice(0, -1)] };
}

function moveTo(model: Model, place: number): Model {
  const view = top(model);
  const last = view.kind === "object" || view.kind === "help" ? model.scrollMax : placesOf(model, view) - 1;
  const at = Math.max(0, Math.min(place, last));
  const id = itemsOf(model, view)[at]?.id;
  return withTop(model, { ...view, cursor: id === undefined ? { at } : { at, id } });
}

export function moveBy(model: Model, lines: number): Model {
  const view = top(model);
  const place =
    view.kind === "objects" || view.kind === "object" || view.kind === "help" ? view.cursor.at : placeOf(view.cursor, itemsOf(model, view));
  return moveTo(model, place + lines);
}

export const moveHome = (model: Model): Model => moveTo(model, 0);
export const moveEnd = (model: Model): Model => moveTo(model, Number.MAX_SAFE_INTEGER);

/** The cursor put back inside a list that became shorter. */
export const clampCursor = (model: Model): Model => moveBy(model, 0);

/** What enter does: into the account, the reasons, the objects, the object under the cursor. */
export function enter(model: Model): Model {
  const view = top(model);
  const fresh = { cursor: { at: 0 }, filter: "" as const };
  if (view.kind === "objects") {
    const row = selectedRow(model, view);
    return row === undefined ? model : open(model, { kind: "object", row, ...fresh });
  }
  const item = selectedItem(model, view);
  const scope = view.kind === "account" ? { account: view.account } : {};
  switch (item?.kind) {
    case "account":
      return open(model, { kind: "account", account: item.account.account, ...fresh });
    case "failures":
      return open(model, { kind: "failures", ...fresh });
    case "reason":
      return open(model, { kind: "objects", ...scope, code: item.code, ...fresh });
    case "all":
      return open(model, { kind: "objects", ...scope, ...fresh });
    case undefined:
      return model;
  }
}
