// Numbers as text. The same magnitude always takes the same width, so that columns stand still.

/** `12,418,004`. */
export function grouped(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

const SCALES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Exact up to 99,999, then three digits and a scale, rounded down: `123 k`, `12.4 M`. At most 7 cells below 10^15. */
export function compact(count: number): string {
  if (count < 100_000) return grouped(count);
  const [unit, name] = SCALES.find(([size]) => count >= size) ?? [1, ""];
  const scaled = count / unit;
  const digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${(Math.floor(scaled * 10 ** digits) / 10 ** digits).toFixed(digits)} ${name}`;
}

/** `30.1 %`, rounded down: 100 is said only of the whole. */
export function percent(share: number, digits: 0 | 1): string {
  const scale = 10 ** digits;
  return `${(Math.floor(Math.max(0, Math.min(1, share)) * 100 * scale + 1e-9) / scale).toFixed(digits)} %`;
}

/** `3,214/s`; below ten one decimal, so that a slow copy does not read as standing still. */
export function perSecond(rate: number): string {
  return rate > 0 && rate < 9.95 ? `${Math.max(0.1, rate).toFixed(1)}/s` : `${grouped(rate)}/s`;
}

/** `1.4 GB`, decimal. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const [unit, name] = SCALES.find(([scale]) => size >= scale) ?? [1, ""];
  return `${(size / unit).toFixed(size / unit < 10 ? 1 : 0)} ${name}B`;
}
