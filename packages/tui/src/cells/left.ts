// The time left as text: a range rounded outwards to steps that suit its length.
import type { Left } from "../eta.ts";
import type { Glyphs } from "../theme.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

function stepFor(seconds: number): number {
  if (seconds < 10 * MINUTE) return MINUTE;
  if (seconds < 2 * HOUR) return 5 * MINUTE;
  if (seconds < 12 * HOUR) return 10 * MINUTE;
  if (seconds < 2 * DAY) return 30 * MINUTE;
  return seconds < 10 * DAY ? HOUR : DAY;
}

const two = (value: number): string => value.toString().padStart(2, "0");

/** `45 min`, `2 h 20`, `3 d 04 h`, `12 d`; whole minutes. */
function length(seconds: number): string {
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  if (seconds < 2 * DAY) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
  if (seconds >= 10 * DAY) return `${Math.floor(minutes / 1440)} d`;
  return `${Math.floor(minutes / 1440)} d ${two(Math.floor((minutes % 1440) / 60))} h`;
}

/** `2 h 20 – 2 h 40`, `38 – 44 min`, `under 1 min`, or the word. At most 19 cells for anything under 100 days. */
export function leftText(left: Left, glyphs: Glyphs): string {
  if (left.kind === "word") return left.word;
  if (left.to > 99 * DAY) return "over 99 d";
  if (left.to <= MINUTE) return "under 1 min";
  const step = stepFor(left.to);
  const from = Math.floor(left.from / step) * step;
  const to = Math.ceil(left.to / step) * step;
  if (from === 0) return `under ${length(to)}`;
  const start = length(from);
  const end = length(to);
  if (start === end) return `${glyphs.about} ${end}`;
  const both = start.endsWith(" min") && end.endsWith(" min");
  return `${both ? start.slice(0, -4) : start} ${glyphs.range} ${end}`;
}

/** One figure for a narrow column, the later end of the range: `≤ 2 h 40`; or the word. */
export function leftShort(left: Left, glyphs: Glyphs): string {
  if (left.kind === "word") return left.word;
  if (left.to > 99 * DAY) return "over 99 d";
  const step = stepFor(left.to);
  return `${glyphs.atMost} ${length(Math.max(MINUTE, Math.ceil(left.to / step) * step))}`;
}
