// Values as people write them: for tests and for looking into a file, not for the planner.

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

/** `1900-12-25` */
export function dateText(days: number): string {
  const date = new Date(days * 86_400_000);
  return `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
}

/** `2026-10-04 01:00:00.25`: without trailing zeros, but for one digit after the point. */
export function timestampText(seconds: number, nanos: number): string {
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  const clock = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60].map((part) => pad(part, 2)).join(":");
  return `${dateText(days)} ${clock}.${pad(nanos, 9).replace(/0{1,8}$/, "")}`;
}

/** `-5643.234` with as many digits after the point as `scale` says. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale <= 0 ? `${sign}${digits}${"0".repeat(-scale)}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
