// One process that reads a report again and again: bare gunzip of its files, and the plan made from it, turn by turn. Its peak memory is what the process ever had.
//   node bench/planner-rounds.fixture.ts MANIFEST THREADS ROUNDS PLAN_ONLY
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { openLocalStore, sum } from "@quitclaim/campaign";
import { keepHeapSmall, plan } from "@quitclaim/planner";
import { benchConfig } from "./campaign.fixture.ts";

export interface Rounds {
  readonly planned: number;
  /** Seconds, best of the rounds. */
  readonly gunzip: { readonly wall: number; readonly cpu: number };
  readonly plan: { readonly wall: number; readonly cpu: number };
  readonly peakRssMegabytes: number;
}

// As the command does.
keepHeapSmall();

const [manifest, threadsText, roundsText, planOnly] = process.argv.slice(2) as [string, string, string, string];
const threads = Number(threadsText);
const { files } = JSON.parse(await readFile(manifest, "utf8")) as { files: { key: string }[] };
const paths = files.map(({ key }) => join(dirname(manifest), key));

async function timed(best: { wall: number; cpu: number }, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  best.wall = Math.min(best.wall, (performance.now() - started) / 1_000);
  best.cpu = Math.min(best.cpu, (user + system) / 1e6);
}

/** As many files at once as the planner has threads, in the chunk sizes that it uses. */
async function gunzip(): Promise<void> {
  const queue = [...paths];
  await Promise.all(
    Array.from({ length: threads }, async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        const stream = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(createGunzip({ chunkSize: 1 << 20 }));
        stream.resume();
        await finished(stream);
      }
    }),
  );
}

let planned = 0;
async function planOnce(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-bench-plan-"));
  try {
    const store = await openLocalStore(folder);
    planned = sum((await plan({ config: benchConfig(manifest, store.location), store, threads, ignoreAge: true })).planned);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const never = (): { wall: number; cpu: number } => ({ wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY });
const bare = never();
const best = never();
for (let round = 0; round < Number(roundsText); round++) {
  // Last, so that its memory comes on top of what gunzip left.
  if (planOnly !== "true") await timed(bare, gunzip);
  await timed(best, planOnce);
}
const rounds: Rounds = { planned, gunzip: bare, plan: best, peakRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1_000) };
console.log(JSON.stringify(rounds));
