// How things look on this terminal: shapes, colours, and what is left of both under NO_COLOR and on terminals without Unicode.
// Every state has a shape and a word besides its colour, and no two states differ by red against green.
import { type Charset, legible } from "./text/legible.ts";
import { cutText, widthOf } from "./text/width.ts";

/** What a text is about; the theme decides what that looks like. */
export type Tone = "plain" | "dim" | "strong" | "title" | "work" | "good" | "warn" | "bad" | "key";

/** What Ink's Text takes. */
export interface Look {
  color?: string;
  bold?: boolean;
  dimColor?: boolean;
}

declare const made: unique symbol;
/** A piece of a line. Only Theme.text and Theme.cell make one, so that no text reaches the terminal raw. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
  readonly [made]: true;
}
export type Line = readonly Span[];

export interface Glyphs {
  done: string;
  running: string;
  waiting: string;
  paused: string;
  throttled: string;
  failed: string;
  cursor: string;
  arrow: string;
  range: string;
  about: string;
  atMost: string;
  ellipsis: string;
  dot: string;
  rule: string;
  corner: readonly [string, string, string, string];
  side: string;
  up: string;
  down: string;
  enter: string;
  /** From full to empty: the first is a full cell, the last an empty one, those between are parts of a cell, largest first. */
  bar: readonly string[];
  /** From least to most. */
  spark: readonly string[];
  spinner: readonly string[];
}

const UNICODE: Glyphs = {
  done: "✓",
  running: "●",
  waiting: "◌",
  paused: "‖",
  throttled: "▲",
  failed: "✗",
  cursor: "▸",
  arrow: "→",
  range: "–",
  about: "≈",
  atMost: "≤",
  ellipsis: "…",
  dot: "·",
  rule: "─",
  corner: ["┌", "┐", "└", "┘"],
  side: "│",
  up: "↑",
  down: "↓",
  enter: "⏎",
  bar: ["█", "▉", "▊", "▋", "▌", "▍", "▎", "▏", "░"],
  spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

const ASCII: Glyphs = {
  done: "+",
  running: "*",
  waiting: ".",
  paused: "=",
  throttled: "^",
  failed: "x",
  cursor: ">",
  arrow: "->",
  range: "-",
  about: "~",
  atMost: "<=",
  ellipsis: "..",
  dot: "|",
  rule: "-",
  corner: ["+", "+", "+", "+"],
  side: "|",
  up: "up",
  down: "down",
  enter: "enter",
  bar: ["#", "."],
  spark: ["_", ".", ":", "-", "=", "+", "*", "#"],
  spinner: ["|", "/", "-", "\\"],
};

const COLOURS: Record<Tone, Look> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  title: { bold: true },
  work: { color: "cyan" },
  good: { color: "blueBright" },
  warn: { color: "yellow", bold: true },
  bad: { color: "redBright", bold: true },
  key: { color: "cyan", bold: true },
};

export interface Theme {
  readonly charset: Charset;
  readonly glyphs: Glyphs;
  look(tone: Tone): Look;
  /** Any text as a span, legible. */
  text(text: string, tone?: Tone): Span;
  /** Any text in exactly `width` cells: cut with an ellipsis, padded at its end (left) or its beginning (right). */
  cell(text: string, width: number, align?: "left" | "right", tone?: Tone): Span;
}

/** Whether the terminal and its locale take Unicode: not TERM=dumb, not the Linux console, and a UTF-8 locale where one is named at all. */
export function charsetOf(env: Record<string, string | undefined>): Charset {
  if (env.TERM === "dumb" || env.TERM === "linux") return "ascii";
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return locale !== undefined && /utf-?8/i.test(locale) ? "unicode" : "ascii";
}

/** The theme for an environment. NO_COLOR (any value but the empty one) leaves bold and dim, shape and word. */
export function themeOf(env: Record<string, string | undefined>): Theme {
  const charset = charsetOf(env);
  const glyphs = charset === "unicode" ? UNICODE : ASCII;
  const colours = (env.NO_COLOR ?? "") === "";
  const make = (text: string, tone: Tone): Span => ({ text, tone }) as Span;
  return {
    charset,
    glyphs,
    look(tone) {
      const { color, ...rest } = COLOURS[tone];
      return colours && color !== undefined ? { color, ...rest } : rest;
    },
    text: (text, tone = "plain") => make(legible(text, charset), tone),
    cell(text, width, align = "left", tone = "plain") {
      const cut = cutText(legible(text, charset), width, glyphs.ellipsis);
      const gap = " ".repeat(Math.max(0, width - widthOf(cut)));
      return make(align === "left" ? cut + gap : gap + cut, tone);
    },
  };
}
