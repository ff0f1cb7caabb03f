// Minimum storage durations: an object that is overwritten before its class's is over is billed to its end all the same (domain.md 4.8).
import { priceOf } from "./prices.ts";

const DAY_MS = 86_400_000;

/** KiB times whole days that are left at `now`; 0 where nothing is. Whole numbers, so that sums do not depend on the order of rows. */
export function earlyKibDays(storageClass: string, size: number, lastModified: number | null, now: number): number {
  const { minimumDays, minimumBytes } = priceOf(storageClass);
  if (minimumDays === 0 || lastModified === null) return 0;
  const daysLeft = Math.ceil(minimumDays - (now - lastModified) / DAY_MS);
  return daysLeft <= 0 ? 0 : Math.ceil(Math.max(size, minimumBytes) / 1_024) * Math.min(daysLeft, minimumDays);
}

const DAYS_A_MONTH = 30;

export const earlyDollars = (storageClass: string, kibDays: number): number =>
  (kibDays / 1_024 ** 2 / DAYS_A_MONTH) * priceOf(storageClass).storageGb;
