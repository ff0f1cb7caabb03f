// Throughput over time as columns of blocks, one line or several lines high.

/** The last `width` values; or, with `all`, the whole series squeezed into `width` means. Shorter series stay as they are. */
export function resample(values: readonly number[], width: number, all: boolean): number[] {
  if (width <= 0) return [];
  if (values.length <= width) return [...values];
  if (!all) return values.slice(-width);
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width));
    const part = values.slice(from, to);
    return part.reduce((total, value) => total + value, 0) / part.length;
  });
}

/**
 * `height` lines, top first, of one cell for each value, scaled to `most`. Anything above zero shows at least the smallest block,
 * and zero shows none, so that a halt is seen as one.
 */
export function sparkline(values: readonly number[], height: number, most: number, glyphs: readonly string[]): string[] {
  const steps = glyphs.length;
  const full = glyphs[steps - 1] ?? "#";
  return Array.from({ length: Math.max(0, height) }, (_, line) => {
    const below = (height - 1 - line) * steps;
    return values
      .map((value) => {
        if (!(value > 0) || !(most > 0)) return " ";
        const level = Math.max(1, Math.min(steps * height, Math.round((value / most) * steps * height))) - below;
        return level <= 0 ? " " : level >= steps ? full : (glyphs[level - 1] ?? full);
      })
      .join("");
  });
}
