// Draws what needs a person: one line each, the failures' line under the cursor where that stands on it.
import { attention } from "../attention.ts";
import { cutLine, joinFitting, spread } from "../line.ts";
import { sinceText } from "../since.ts";
import type { Line } from "../theme.ts";
import { dot, type Stage } from "./stage.ts";

/** All lines that there would be room for; the layout takes as many of the first ones as it has. */
export function needLines(stage: Stage, selected: boolean): Line[] {
  const { model, theme, width } = stage;
  return attention(model).map((one) => {
    const mark = one.kind === "failures" && selected ? theme.glyphs.cursor : " ";
    const head = theme.text(`${mark}${theme.glyphs[one.shape]} `, one.tone);
    if (one.kind === "other") return cutLine([head, theme.text(one.parts.join(" "), one.tone)], width, theme);
    const [count = "", ...codes] = one.parts;
    const hint: Line = [theme.text(selected ? `${theme.glyphs.enter} see ` : `G ${theme.glyphs.enter} see `, "dim")];
    const room = width - count.length - 4 - (width < 60 ? 0 : 9);
    const reasons = joinFitting(
      codes.map((code): Line => [theme.text(code)]),
      theme.text("  "),
      room - 1,
    );
    const left: Line = [head, theme.text(`${count} `, one.tone), ...reasons];
    return width < 60 ? cutLine(left, width, theme) : spread(left, hint, width, theme);
  });
}

/** Workers, Redis, checkpoint; and what happened while nobody looked. */
export function machineLines(stage: Stage): Line[] {
  const { model, theme, width } = stage;
  const { snapshot, lastSeen } = model;
  if (snapshot === undefined) return [];
  const hosts = [...new Set(snapshot.workers.map((worker) => worker.host))];
  const wide = snapshot.workers.map((worker) => `${worker.id} ${worker.batchesInFlight} in flight`);
  const names = width >= 120 ? wide : hosts;
  const shown =
    names.slice(0, width >= 120 ? 4 : 3).join(", ") + (names.length > (width >= 120 ? 4 : 3) ? `, ${theme.glyphs.ellipsis}` : "");
  const parts: Line[] = [[theme.text(`workers ${snapshot.workers.length}${names.length > 0 ? ` (${shown})` : ""}`, "dim")]];
  if (snapshot.redisMs !== undefined) parts.push([theme.text(`redis ${snapshot.redisMs.toFixed(0)} ms`, "dim")]);
  else parts.push([theme.text("redis not running, figures from the store", "dim")]);
  if (snapshot.checkpointAgeMs !== undefined)
    parts.push([theme.text(`checkpoint ${(snapshot.checkpointAgeMs / 1000).toFixed(1)} s`, "dim")]);
  const lines: Line[] = [[theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)]];
  const since = lastSeen === undefined ? "" : sinceText(lastSeen, snapshot);
  if (since !== "") lines.unshift(cutLine([theme.text(`   ${since}`, "plain")], width, theme));
  return lines;
}
