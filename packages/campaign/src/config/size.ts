// Sizes as people write them. The units are S3's: a GB is 1024 MB, as in its 5 GB copy limit (domain.md 4.5).

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** `5 GB`, `5GiB`, `1048576` -> bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|[KMGT]i?B)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const power = UNITS.findIndex((unit) => unit === (match[2] ?? "B").toUpperCase().replace("IB", "B"));
  return Math.round(Number(match[1]) * 1024 ** power);
}
