// Plans once from the manifest of its first argument, with as many threads as its second one says, and prints its peak RSS in bytes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalStore } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";
import { benchConfig } from "./campaign.fixture.ts";

const [, , manifest, threads] = process.argv;
const store = await openLocalStore(await mkdtemp(join(tmpdir(), "quitclaim-bench-")));
try {
  await plan({ config: benchConfig(manifest as string, store.location), store, threads: Number(threads), ignoreAge: true });
} finally {
  await rm(store.location, { recursive: true, force: true });
}
console.log(process.resourceUsage().maxRSS * 1_024);
