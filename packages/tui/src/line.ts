// Lines made of spans: measured, cut, and spread to the width of the terminal.
import { widthOf, wrapText } from "./text/width.ts";
import type { Line, Span, Theme, Tone } from "./theme.ts";

/** Cells that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, span) => sum + widthOf(span.text), 0);
}

/** The line in at most `width` cells, with an ellipsis where something was left out. */
export function cutLine(line: Line, width: number, theme: Theme): Line {
  if (lineWidth(line) <= width) return line;
  const cut: Span[] = [];
  let room = width;
  for (const span of line) {
    const wide = widthOf(span.text);
    if (wide < room) {
      cut.push(span);
      room -= wide;
      continue;
    }
    // The ellipsis stands even where this span fits exactly, because more follows it.
    cut.push(theme.cell(`${span.text}   `, room, "left", span.tone));
    break;
  }
  return cut;
}

/** `left` at the left, `right` at the right edge; where both do not fit, `left` gives way. */
export function spread(left: Line, right: Line, width: number, theme: Theme): Line {
  const wide = lineWidth(right);
  if (wide >= width) return cutLine(right, width, theme);
  const head = cutLine(left, Math.max(0, width - wide - 1), theme);
  return [...head, theme.text(" ".repeat(width - wide - lineWidth(head))), ...right];
}

/** Lines joined into one with `between` where both sides have something. */
export function join(parts: readonly Line[], between: Span): Line {
  const line: Span[] = [];
  for (const part of parts) {
    if (part.length === 0) continue;
    if (line.length > 0) line.push(between);
    line.push(...part);
  }
  return line;
}

/** As many of `parts`, in their order, as fit in `width` with `between` among them. */
export function joinFitting(parts: readonly Line[], between: Span, width: number): Line {
  let line: Line = [];
  for (const part of parts) {
    const longer = join([line, part], between);
    if (lineWidth(longer) <= width) line = longer;
  }
  return line;
}

/** A text in as many lines as it needs, each behind `indent` spaces. */
export function paragraph(text: string, width: number, indent: number, theme: Theme, tone: Tone = "plain"): Line[] {
  const legible = theme.text(text).text;
  return wrapText(legible, width - indent).map((part) => [theme.text(" ".repeat(indent) + part, tone)]);
}
