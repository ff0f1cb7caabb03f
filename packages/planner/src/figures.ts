// Figures as people read them.

export const count = (n: number): string => n.toLocaleString("en-US");
export const dollars = (n: number): string => `$${n.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? count(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function hoursText(hours: number): string {
  if (hours < 1 / 60) return "under a minute";
  if (hours < 1) return `about ${Math.ceil(hours * 60)} minutes`;
  return `about ${hours.toFixed(1)} hours`;
}

/** Objects, and how many of them are the bucket owner's own. */
export function ofWhom({ objects, ownedByBucketOwner: own }: { readonly objects: number; readonly ownedByBucketOwner: number }): string {
  const all = `${count(objects)} ${objects === 1 ? "object" : "objects"}`;
  if (own === 0) return all;
  if (own < objects) return `${all}, ${count(own)} of them the bucket owner's own`;
  return `${all}, ${own === 1 ? "" : "all "}the bucket owner's own`;
}
