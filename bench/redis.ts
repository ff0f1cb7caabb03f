// What Redis holds for each batch, and so for each object: two campaigns of different sizes, alike otherwise, looked at with the queue filled, while the
// worker is at it, and when all is done. What grows with the campaign is the slope between the two; what the batches in flight need, and logs of fixed
// length, are in both. Batches are small here, so that there are enough of them for those logs to be full.
import { fork } from "node:child_process";
import { once } from "node:events";
import { account, canonical, stage } from "./worker-stage.fixture.ts";

const batches = Number(process.env.QC_BENCH_BATCHES ?? 800);
const sizes = [batches, batches * 4] as const;
const batchRows = 40;
/** What `limits.batchRows` is by itself: objects to share a batch's bytes. */
const usualBatchRows = 1_000;
const concurrency = 64;

interface Look {
  /** Bytes of used_memory_dataset. */
  readonly queued: number;
  /** The highest of all looks while the worker works, one after each batch of the middle half. */
  readonly working: number;
  readonly done: number;
}

const server = fork(new URL("./worker-server.fixture.ts", import.meta.url), [account, canonical], {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const endpoint = `http://127.0.0.1:${line.toString().trim()}`;

async function look(count: number): Promise<Look> {
  const objects = count * batchRows;
  const campaign = await stage(endpoint, objects, concurrency, batchRows);
  try {
    const connection = campaign.redis.connection("command");
    const dataset = async (): Promise<number> => Number(/^used_memory_dataset:(\d+)/m.exec(await connection.info("memory"))?.[1]);
    const queued = await dataset();
    const looks: Promise<number>[] = [];
    await campaign.run((finished) => {
      if (finished > objects / 4 && finished < (objects * 3) / 4) looks.push(dataset());
    });
    const working = Math.max(...(await Promise.all(looks)));
    return { queued, working, done: await dataset() };
  } finally {
    await campaign.close();
  }
}

// The first fills caches that are not the campaign's.
await look(10);
const [less, more] = [await look(sizes[0]), await look(sizes[1])];
const perBatch = (of: "queued" | "working" | "done"): number => Math.round((more[of] - less[of]) / (sizes[1] - sizes[0]));
const bytesPerBatch = { queued: perBatch("queued"), working: perBatch("working"), done: perBatch("done") };
const bytesPerObject = Object.fromEntries(Object.entries(bytesPerBatch).map(([when, bytes]) => [when, bytes / usualBatchRows]));
console.error(`Redis, ${sizes[0]} batches against ${sizes[1]}, ${batchRows} objects each`);
console.error(
  `  bytes a batch: ${bytesPerBatch.queued} with the queue filled, ${bytesPerBatch.working} at work, ${bytesPerBatch.done} when done`,
);
console.error(
  `  with ${usualBatchRows} objects a batch that is ${bytesPerObject.queued}, ${bytesPerObject.working} and ${bytesPerObject.done} an object`,
);
console.error(`  in all, at work: ${(less.working / 1_024).toFixed(0)} KiB and ${(more.working / 1_024).toFixed(0)} KiB`);
console.log(JSON.stringify({ benchmark: "redis", batches: sizes, batchRows, bytesPerBatch, bytesPerObject, looks: { less, more } }));
server.disconnect();
