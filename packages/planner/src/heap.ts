// How a process that plans keeps its memory: what the planner makes is garbage soon, so more room for it only costs.
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** A nursery larger than this makes nothing faster. */
const NURSERY_BYTES_MAX = 32 * 1024 ** 2;
const LOOK_INTERVAL_MS = 250;

/**
 * For the process, so for the command to call and never for the library: before the first row. The heap is looked through each time it has grown by a fifth, and
 * the nursery stops growing where V8 would let it come to 134 MB in the course of a hundred million rows.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=20");
  const look = setInterval(() => {
    const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
    if (nursery < NURSERY_BYTES_MAX) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(look);
  }, LOOK_INTERVAL_MS);
  look.unref();
}
