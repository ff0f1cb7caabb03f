// How many requests a copy in parts takes.

/** Parts of a multipart copy: at most 5 GiB each, at most 10,000 of them (domain.md 4.5). 256 MiB parts keep a lost one cheap. */
const PART_BYTES = 256 * 1024 * 1024;
const PARTS_MAX = 10_000;

export function copyParts(size: number): number {
  return Math.ceil(size / Math.max(PART_BYTES, Math.ceil(size / PARTS_MAX)));
}
