// Writers keep timestamps as moments and mean the wall clock of their own time zone; this finds that wall clock again. S3 Inventory's zone is UTC, where there is nothing to find.
import type { OrcError } from "./error.ts";

const UTC_NAMES = new Set(["", "UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z"]);
const DAY_SECONDS = 86_400;
/** Timestamps count from the beginning of 2015 on the writer's wall clock; here as seconds since 1970 on that clock. */
const EPOCH_2015 = Date.UTC(2015, 0, 1) / 1000;
/** Seconds from 1970 that a Date can express, less a day for any zone. */
export const SECONDS_MAX = 8_640_000_000_000 - DAY_SECONDS;

export interface Timezone {
  /** The moment from which timestamps count, in seconds since 1970 UTC. */
  readonly base: number;
  /** What is to be added to a moment, in seconds since 1970 UTC, for the wall clock. */
  offset(moment: number): number;
}

export const UTC: Timezone = { base: EPOCH_2015, offset: () => 0 };

/** `name`: as the writer gave it, empty where it did not (its own zone then, and nobody knows which: read as UTC). */
export function timezoneOf(name: string, fault: (reason: string, cause: unknown) => OrcError): Timezone {
  if (UTC_NAMES.has(name)) return UTC;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw fault(`names the time zone ${JSON.stringify(name)}, which is not known here`, error);
  }
  const exact = (moment: number): number => wallClock(format, moment) - moment;
  const offset = byDay(exact);
  // The zone's offset at that wall clock time, found by looking with the offset of about then.
  const guess = EPOCH_2015 - exact(EPOCH_2015);
  return { base: EPOCH_2015 - exact(guess), offset };
}

/** Days whose offset is remembered: three hundred years. */
const DAYS_MAX = 110_000;

/** Asks once for each day on which the offset does not change, and for each moment on a day on which it does. */
function byDay(exact: (moment: number) => number): (moment: number) => number {
  const days = new Map<number, number | undefined>();
  return (moment) => {
    const day = Math.floor(moment / DAY_SECONDS);
    let known = days.get(day);
    if (known === undefined) {
      if (!days.has(day)) {
        if (days.size >= DAYS_MAX) days.clear();
        const before = exact(day * DAY_SECONDS);
        known = before === exact((day + 1) * DAY_SECONDS) ? before : undefined;
        days.set(day, known);
      }
      known ??= exact(moment);
    }
    return known;
  };
}

/** The zone's wall clock at a moment, as if it were UTC, in seconds since 1970. */
function wallClock(format: Intl.DateTimeFormat, moment: number): number {
  const parts = new Map(format.formatToParts(moment * 1000).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
  const date = new Date(0);
  date.setUTCFullYear(year, part("month") - 1, part("day"));
  date.setUTCHours(part("hour"), part("minute"), part("second"));
  return date.getTime() / 1000;
}
