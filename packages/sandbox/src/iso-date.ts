/** Dates as S3's documents and reports write them. Listings and reports write thousands at a time, most of them of a few days. */

const days = new Map<number, string>();
/** Some fifty years. */
const daysMax = 20_000;
const dayMs = 86_400_000;
const twoDigits = (number: number): string => String(number).padStart(2, "0");
const minutes = Array.from({ length: 1440 }, (_, minute) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:`);
const wholeSeconds = Array.from({ length: 60 }, (_, second) => `${twoDigits(second)}.000Z`);

/** `2026-11-21T18:31:49.000Z`, of epoch milliseconds. RangeError for what is no date. */
export function isoDate(ms: number): string {
  const number = Math.floor(ms / dayMs);
  let day = days.get(number);
  if (day === undefined) {
    day = new Date(number * dayMs).toISOString().slice(0, -"00:00:00.000Z".length);
    if (days.size >= daysMax) days.clear();
    days.set(number, day);
  }
  const rest = Math.floor(ms - number * dayMs);
  const seconds = Math.floor(rest / 1000);
  const start = `${day}${minutes[Math.floor(seconds / 60)]}`;
  if (seconds * 1000 === rest) return start + wholeSeconds[seconds % 60];
  return `${start}${twoDigits(seconds % 60)}.${String(rest % 1000).padStart(3, "0")}Z`;
}
