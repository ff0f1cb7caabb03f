// A horizontal bar in eighths of a cell, or in whole cells where the terminal has no eighths.

/**
 * A bar of `width` cells for a share of 0 to 1. The glyphs run from a full cell to an empty one. Any work at all shows, and the bar is
 * full only at 1.
 */
export function bar(share: number, width: number, glyphs: readonly string[]): string {
  const full = glyphs[0] ?? "#";
  const empty = glyphs[glyphs.length - 1] ?? ".";
  const steps = glyphs.length - 1;
  if (width <= 0) return "";
  const bounded = Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0;
  let eighths = Math.floor(bounded * width * steps);
  if (bounded > 0 && eighths === 0) eighths = 1;
  if (bounded < 1 && eighths === width * steps) eighths -= 1;
  const whole = Math.floor(eighths / steps);
  const part = eighths % steps;
  const tip = part === 0 ? "" : (glyphs[steps - part] ?? full);
  return full.repeat(whole) + tip + empty.repeat(Math.max(0, width - whole - (tip === "" ? 0 : 1)));
}
