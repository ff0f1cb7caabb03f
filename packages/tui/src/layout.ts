// What fits: how many lines each part of a screen gets, and which columns of a table. Pure arithmetic, no drawing.

export interface Wish<P extends string> {
  readonly part: P;
  /** Lines wanted on top of what this part already has. */
  readonly lines: number;
  /** Whether fewer are better than none. */
  readonly partly?: boolean;
}

/** Lines for each part, the wishes granted in their order while rows are left. The sum never exceeds `rows`. */
export function allot<P extends string>(rows: number, wishes: readonly Wish<P>[]): Record<P, number> {
  let left = Math.max(0, rows);
  const granted = Object.fromEntries(wishes.map(({ part }) => [part, 0])) as Record<P, number>;
  for (const { part, lines, partly } of wishes) {
    if (lines <= 0) continue;
    const given = lines <= left ? lines : partly ? left : 0;
    granted[part] += given;
    left -= given;
  }
  return granted;
}

export interface ColumnWish<C extends string> {
  readonly column: C;
  /** Cells without which the column is not worth showing, and the cells it can make use of. */
  readonly min: number;
  readonly want: number;
  /** Lower comes first when there is little room. */
  readonly rank: number;
}

/**
 * Columns that fit in `width` cells with `gap` between neighbours, in the order given, each with its width. By rank each column gets its
 * minimum while there is room; then, by rank again, what it wants.
 */
export function fitColumns<C extends string>(wishes: readonly ColumnWish<C>[], width: number, gap: number): { column: C; width: number }[] {
  const ranked = [...wishes].sort((a, b) => a.rank - b.rank);
  const widths = new Map<C, number>();
  let left = width + gap;
  for (const wish of ranked) {
    if (wish.min + gap > left) continue;
    widths.set(wish.column, wish.min);
    left -= wish.min + gap;
  }
  for (const wish of ranked) {
    const had = widths.get(wish.column);
    if (had === undefined) continue;
    const more = Math.min(Math.max(0, wish.want - had), left);
    widths.set(wish.column, had + more);
    left -= more;
  }
  return wishes.flatMap(({ column }) => {
    const given = widths.get(column);
    return given === undefined ? [] : [{ column, width: given }];
  });
}

/** The first of `height` visible places in a list of `count`, the cursor near the middle while there is more on both sides. */
export function firstVisible(cursor: number, count: number, height: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(height / 2), count - height));
}
