// What every view draws from and on.
import type { Op } from "@quitclaim/campaign";
import { cutLine, lineWidth } from "../line.ts";
import type { Model } from "../model.ts";
import type { Line, Span, Theme } from "../theme.ts";

export type Explain = (code: string, op: Op) => { meaning: string; fix: string };

export interface Stage {
  readonly model: Model;
  readonly theme: Theme;
  /** Cells, one more than which no line may have. */
  readonly width: number;
  readonly logPath: string;
  readonly resumeCommand: string;
  readonly explain?: Explain;
}

/** A rule across the screen, a title in it where one is given. */
export function rule(stage: Stage, title = ""): Line {
  const { theme, width } = stage;
  const dash = theme.glyphs.rule;
  if (title === "" || width < 8) return [theme.text(dash.repeat(width), "dim")];
  const name = cutLine([theme.text(title, "title")], width - 4, theme);
  return [theme.text(`${dash} `, "dim"), ...name, theme.text(` ${dash.repeat(width - 3 - lineWidth(name))}`, "dim")];
}

/** The dot that separates facts of a line. */
export const dot = (theme: Theme): Span => theme.text(` ${theme.glyphs.dot} `, "dim");

/** `1 object`, `12 objects`. */
export const plural = (count: number, noun: string, text: string = count.toString()): string => `${text} ${noun}${count === 1 ? "" : "s"}`;
