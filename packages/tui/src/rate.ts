// Steps of the operator's ceiling: about a tenth, in round figures.

/** The next ceiling above (+1) or below (-1), in requests a second; never under 1. */
export function stepCeiling(ceiling: number, direction: 1 | -1): number {
  const base = Math.max(1, ceiling - (direction === -1 ? 1e-6 : 0));
  const step = base < 20 ? 1 : base < 100 ? 5 : base < 1_000 ? 50 : base < 10_000 ? 250 : 1_000;
  const next = direction === 1 ? (Math.floor(ceiling / step) + 1) * step : (Math.ceil(ceiling / step) - 1) * step;
  return Math.max(1, next);
}
