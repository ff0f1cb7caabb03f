// The lowest lines: what is being typed, what was just done, and the keys that work here.
import { bindings } from "../keys/bindings.ts";
import { cutLine, joinFitting } from "../line.ts";
import { top } from "../model.ts";
import type { Line } from "../theme.ts";
import { keyNames } from "./help.ts";
import { rule, type Stage } from "./stage.ts";

/** The key line; while a filter is typed, that. Keys at its end are left out where they do not fit, help and detach last of all. */
export function keysLine(stage: Stage): Line {
  const { model, theme, width } = stage;
  if (model.filtering && model.dialog === undefined) {
    const typed = [...top(model).filter].slice(-Math.max(8, width - 40)).join("");
    return cutLine(
      [theme.text(" / ", "key"), theme.text(`${typed}_`, "strong"), theme.text("   enter: keep, esc: all", "dim")],
      width,
      theme,
    );
  }
  if (model.dialog !== undefined) return [];
  const all = bindings(model).map((one) => ({
    one,
    line: [theme.text(keyNames(one.keys, theme), "key"), theme.text(` ${one.label}`, "dim")] as Line,
  }));
  const vital = new Set(["help", "detach", "back"]);
  const between = theme.text("  ");
  const room = width - 2;
  // The vital ones first claim their room, then the others in their order; printed in the order of the table.
  const chosen = new Set<Line>();
  let line: Line = [];
  for (const { line: part } of [...all.filter(({ one }) => vital.has(one.command)), ...all.filter(({ one }) => !vital.has(one.command))]) {
    const longer = joinFitting([line, part], between, room);
    if (longer.length > line.length) {
      chosen.add(part);
      line = longer;
    }
  }
  return [
    theme.text(" "),
    ...joinFitting(
      all.map(({ line: part }) => part).filter((part) => chosen.has(part)),
      between,
      room,
    ),
  ];
}

/** The line above the keys: what was just done, else a rule. */
export function noticeLine(stage: Stage): Line {
  const { model, theme, width } = stage;
  if (model.notice === undefined) return rule(stage);
  const { text, tone } = model.notice;
  const glyph = tone === "good" ? theme.glyphs.done : tone === "warn" ? theme.glyphs.paused : theme.glyphs.failed;
  return cutLine([theme.text(` ${glyph} ${text}`, tone)], width, theme);
}
