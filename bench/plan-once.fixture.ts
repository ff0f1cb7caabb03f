// Plans once from the manifest of its first argument, with as many threads as its second one says, and prints its peak RSS in bytes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalStore } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";
import { benchConfig } from "./campaign.fixture.ts";

const [, , manifest, threads] = process.argv;
const store = await openLocalStore(await mkdtemp(join(tmpdir(), "quitclaim-bench-")));
let peak = 0;
// The system's own high-water mark begins with that of the process which started this one.
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 10);
try {
  await plan({ config: benchConfig(manifest as string, store.location), store, threads: Number(threads), ignoreAge: true });
} finally {
  clearInterval(watch);
  await rm(store.location, { recursive: true, force: true });
}
console.log(peak);
