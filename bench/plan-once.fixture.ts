// Plans once from the manifest of its first argument, with as many threads as its second one says, and prints what it took: seconds by the clock and of processors,
// planned rows, and its peak RSS in bytes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalStore, sum } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";
import { benchConfig } from "./campaign.fixture.ts";
import { taken } from "./taken.fixture.ts";

const [, , manifest, threads] = process.argv;
const store = await openLocalStore(await mkdtemp(join(tmpdir(), "quitclaim-bench-")));
let peakRss = 0;
// The system's own high-water mark begins with that of the process which started this one.
const watch = setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 10);
let planned = 0;
try {
  const config = benchConfig(manifest as string, store.location);
  const seconds = await taken(async () => {
    planned = sum((await plan({ config, store, threads: Number(threads), ignoreAge: true })).planned);
  });
  console.log(JSON.stringify({ ...seconds, planned, peakRss }));
} finally {
  clearInterval(watch);
  await rm(store.location, { recursive: true, force: true });
}
