// Data files through scanning threads, one file each at a time, and back in manifest order: what comes out does not depend on the number of threads.
import { Worker } from "node:worker_threads";
import { PlanError } from "../error.ts";
import { THREAD_NURSERY_MB_MAX } from "../limits.ts";
import { missingFile } from "../reader/open.ts";
import type { DataFile } from "../source/manifest.ts";
import type { DataLocation, ObjectReader } from "../source/source.ts";
import { stopped } from "../stopped.ts";
import type { FileResult, FromThread, ThreadJob, ToThread } from "./messages.ts";
import type { Chunk } from "./pack.ts";
import { Slots } from "./slots.ts";
import { packError, unpackError } from "./thread-error.ts";
import { FileQueue, WaitingRoom } from "./waiting.ts";

export interface ScanOptions {
  readonly job: Omit<ThreadJob, "slots">;
  readonly files: readonly DataFile[];
  readonly locations: readonly DataLocation[];
  readonly threads: number;
  readonly reader: ObjectReader | undefined;
  readonly signal: AbortSignal | undefined;
  /** Bytes read and rows seen of the file with this number. */
  readonly progress: (index: number, bytes: number, rows: number) => void;
  /** For tests: memory for chunks whose turn has not come. */
  readonly waitingBytesMax?: number;
}

/** Called in manifest order, one call at a time: the chunks of a file, then its result. A chunk is good until its call is answered. */
export interface ScanSink {
  chunk(chunk: Chunk): Promise<void>;
  fileDone(index: number, result: FileResult): void;
}

const fromSource = import.meta.url.endsWith(".ts");

/** Rejects with the first error of any file, or of the sink, or with PlanError where the signal says stop; no thread is left running. */
export async function scanFiles(options: ScanOptions, sink: ScanSink): Promise<void> {
  const { files, signal } = options;
  const threadCount = Math.min(options.threads, files.length);
  const slots = Slots.for(threadCount, options.waitingBytesMax);
  const stop = (error: unknown): void => {
    for (const queue of queues) queue.fail(error);
  };
  const room = new WaitingRoom(slots, stop, options.waitingBytesMax);
  const queues = files.map(() => new FileQueue(room));
  const abort = (): void => stop(stopped());
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  let next = 0;
  const threads: Worker[] = [];
  for (let i = 0; i < threadCount; i++)
    threads.push(startThread(options, slots, queues, () => (next < files.length ? next++ : undefined), stop));
  try {
    for (const [index, queue] of queues.entries()) {
      queue.begin();
      for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
        await sink.chunk(chunk);
        slots.release(chunk.records);
      }
      sink.fileDone(index, queue.result as FileResult);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    await Promise.all(threads.map((thread) => thread.terminate()));
    await room.close();
  }
}

function startThread(
  options: ScanOptions,
  slots: Slots,
  queues: readonly FileQueue[],
  take: () => number | undefined,
  stop: (error: unknown) => void,
): Worker {
  const thread = new Worker(new URL(fromSource ? "./thread.ts" : "./thread.js", import.meta.url), {
    workerData: { ...options.job, slots: slots.memory } satisfies ThreadJob,
    // Nearly all that a thread makes is garbage by the next piece; a large nursery only keeps it longer.
    resourceLimits: { maxYoungGenerationSizeMb: THREAD_NURSERY_MB_MAX },
    execArgv: fromSource ? ["--conditions=development"] : [],
  });
  const tell = (message: ToThread): void => thread.postMessage(message);
  let index: number | undefined;
  let remote: AsyncIterator<Uint8Array> | undefined;
  let url = "";
  // What S3 or the network said goes to whoever waits as it is; the thread only gets a copy, to end by.
  let refused: { readonly error: unknown } | undefined;
  const begin = (): void => {
    index = take();
    if (index === undefined) return;
    tell({ say: "scan", index, file: options.files[index] as DataFile, location: options.locations[index] as DataLocation });
  };
  const pull = async (begun: string | undefined): Promise<void> => {
    try {
      url = begun ?? url;
      if (begun !== undefined) remote = options.reader?.read(url)[Symbol.asyncIterator]();
      if (remote === undefined) throw new PlanError("data-file-missing", `Nothing here can read ${url}`);
      const step = await remote.next();
      tell({ say: "bytes", bytes: step.done === true ? undefined : step.value });
    } catch (error) {
      refused = { error: isMissing(error) ? missingFile(options.files[index as number] as DataFile, url, error) : error };
      tell({ say: "no-bytes", error: packError(error) });
    }
  };
  thread.on("message", (message: FromThread) => {
    const queue = queues[index as number] as FileQueue;
    if (message.say === "chunk") queue.push(message.chunk, () => tell({ say: "taken" }));
    else if (message.say === "progress") options.progress(index as number, message.bytes, message.rows);
    else if (message.say === "pull") void pull(message.url);
    else if (message.say === "failed") stop(refused === undefined ? unpackError(message.error) : refused.error);
    else {
      options.progress(index as number, (options.files[index as number] as DataFile).size, message.result.rows);
      queue.finish(message.result);
      begin();
    }
  });
  thread.once("error", stop);
  thread.once("exit", () => {
    // Reaches nobody where the scan is over.
    stop(new Error("a scanning thread ended before its work"));
    void remote?.return?.();
  });
  begin();
  return thread;
}

/** S3's codes, and ours, for an object that is not there. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^(NoSuchKey|NotFound|Http404)$/.test(String(error.code));
