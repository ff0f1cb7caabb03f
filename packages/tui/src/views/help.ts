// The help page: the keys that work in the view it was opened from, what the shapes mean, where the log is, how to come back.
import { bindings } from "../keys/bindings.ts";
import { paragraph } from "../line.ts";
import { back } from "../navigate.ts";
import type { Line, Theme } from "../theme.ts";
import { rule, type Stage } from "./stage.ts";

/** A binding's keys as this terminal prints them. */
export const keyNames = (keys: string, theme: Theme): string =>
  keys === "updown"
    ? theme.charset === "ascii"
      ? "j/k"
      : `${theme.glyphs.up}${theme.glyphs.down}`
    : keys === "enter"
      ? theme.glyphs.enter
      : keys;

/** The whole page, as long as it is. */
export function helpText(stage: Stage): Line[] {
  const { model, theme, width } = stage;
  const below = back(model);
  const label = 10;
  const field = (name: string, text: string): Line[] =>
    paragraph(text, width - 1, label, theme).map((line, place) =>
      place === 0 ? [theme.cell(`   ${name}`, label, "left", "key"), theme.text((line[0]?.text ?? "").trimStart())] : line,
    );
  const keys = bindings(below).filter(({ command }) => command !== "help");
  const { glyphs } = theme;
  const shapes = [
    `${glyphs.running} running`,
    `${glyphs.done} finished`,
    `${glyphs.waiting} waiting`,
    `${glyphs.paused} paused`,
    `${glyphs.throttled} throttled: S3 asks to slow down`,
    `${glyphs.failed} failed`,
  ];
  return [
    ...field("log", stage.logPath),
    ...field("back", `${stage.resumeCommand} opens this dashboard again`),
    ...keys.flatMap((one) => field(keyNames(one.keys, theme), `${one.label}: ${one.explained}`)),
    ...field(
      "Ctrl-C",
      model.abilities.interrupt
        ? "stop: finish what is in flight, then leave; a second one leaves at once. Neither loses anything"
        : "leave; the work goes on",
    ),
    ...(model.abilities.control ? [] : field("", "Read-only: no key here changes the campaign.")),
    rule(stage, "shapes"),
    ...paragraph(shapes.join(", "), width - 1, 3, theme),
    rule(stage, "words"),
    ...paragraph("Granted access is not ownership: the uploader stays the owner until a copy in place or the switch.", width - 1, 3, theme),
    ...paragraph(
      "Time left: from work seen done since this dashboard was opened; where a number would lie, a word stands.",
      width - 1,
      3,
      theme,
    ),
  ];
}
