// Minimum storage durations: an object that is overwritten before its class's is over is billed to its end all the same (domain.md 4.8).
import type { ClassPrice } from "./prices.ts";

const DAY_MS = 86_400_000;
const KIB_128 = 128 * 1024;

/** Days that are billed at least, and bytes of each object; classes that are not here have neither. */
const MINIMUM: Readonly<Record<string, { readonly days: number; readonly bytes: number }>> = {
  STANDARD_IA: { days: 30, bytes: KIB_128 },
  ONEZONE_IA: { days: 30, bytes: KIB_128 },
  GLACIER_IR: { days: 90, bytes: KIB_128 },
  GLACIER: { days: 90, bytes: 0 },
  DEEP_ARCHIVE: { days: 180, bytes: 0 },
};

/** KiB times whole days that are left at `now`; 0 where nothing is. Whole numbers, so that sums do not depend on the order of rows. */
export function earlyKibDays(storageClass: string, size: number, lastModified: number | null, now: number): number {
  const minimum = MINIMUM[storageClass];
  if (minimum === undefined || lastModified === null) return 0;
  const daysLeft = Math.ceil(minimum.days - (now - lastModified) / DAY_MS);
  return daysLeft <= 0 ? 0 : Math.ceil(Math.max(size, minimum.bytes) / 1_024) * Math.min(daysLeft, minimum.days);
}

const DAYS_A_MONTH = 30;

export const earlyDollars = ({ storageGb }: ClassPrice, kibDays: number): number => (kibDays / 1_024 ** 2 / DAYS_A_MONTH) * storageGb;
