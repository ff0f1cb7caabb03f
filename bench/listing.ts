// Listing in parts against listing page after page, over real HTTP, in one run: with the server's answers at once (both sides' CPU is the limit) and
// after 200 ms (what S3 may take for a page, so that round trips are). Prints versions a second, CPU for a million of them, and the ratio.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { LISTING_BYTES_MAX, leanListingCalls, openSession, openWire } from "@quitclaim/aws";
import { listVersions, Pace, versionLister } from "@quitclaim/planner";
import type { ListingServer } from "./listing-server.fixture.ts";

const rows = Number(process.env.QC_BENCH_ROWS ?? 150_000);
const server: ChildProcess = fork(new URL("./listing-server.fixture.ts", import.meta.url), [String(rows)], {
  execArgv: ["--conditions=development"],
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
const [{ endpoint, bucket, accessKeyId, secretAccessKey }] = (await once(server, "message")) as [ListingServer];
const target = { region: "us-east-1", endpoint, forcePathStyle: true };
const session = openSession({ kind: "keys", accessKeyId, secretAccessKey }, { region: "us-east-1", endpoint });

interface Figure {
  readonly perSecond: number;
  readonly requests: number;
  readonly empty: number;
  readonly atOnce: number;
  readonly cpuSecondsForMillion: number;
}

async function measure(concurrency: number): Promise<Figure> {
  const wire = openWire(target, { connections: concurrency, answerBytesMax: LISTING_BYTES_MAX });
  const pace = new Pace({ requestsPerSecond: 1_000_000, atOnce: concurrency });
  const listPage = versionLister(leanListingCalls(wire, { session }), { bucket, pace });
  const cpu = process.cpuUsage();
  const from = performance.now();
  const { versions, requests, empty, atOnce } = await listVersions({
    listPage,
    concurrency,
    signal: new AbortController().signal,
    complete: (found) => found,
    onVersions: async () => {},
  });
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await wire.close();
  if (versions !== rows) throw new Error(`${versions} of ${rows} versions were listed`);
  return { perSecond: versions / seconds, requests, empty, atOnce, cpuSecondsForMillion: (user + system) / versions };
}

try {
  for (const latencyMs of [0, 200]) {
    server.send({ latencyMs });
    await once(server, "message");
    const alone = await measure(1);
    const many = await measure(64);
    console.log(
      `answers ${latencyMs === 0 ? "at once" : `after ${latencyMs} ms`}, ${rows.toLocaleString("en")} versions: ` +
        `one request at a time ${Math.round(alone.perSecond).toLocaleString("en")} a second; in parts ${Math.round(many.perSecond).toLocaleString("en")} a second ` +
        `(${many.atOnce} requests at once, ${many.requests} in all, ${many.empty} of them in vain; ${many.cpuSecondsForMillion.toFixed(1)} s of CPU for a million); ` +
        `ratio ${(many.perSecond / alone.perSecond).toFixed(1)}`,
    );
  }
} finally {
  server.kill();
}
