// A scanning thread: reads one data file after another and sends its decided rows. Remote bytes come from the merge's thread, where the credentials are.
import { parentPort, workerData } from "node:worker_threads";
import { CHUNKS_UNDER_WAY_MAX } from "../limits.ts";
import { READERS } from "../reader/readers.ts";
import type { DataFile } from "../source/manifest.ts";
import type { DataLocation } from "../source/source.ts";
import type { FromThread, ThreadJob, ToThread } from "./messages.ts";
import { Slots } from "./slots.ts";
import { packError, unpackError } from "./thread-error.ts";
import { Triage } from "./triage.ts";
import { Witness } from "./witness.ts";

if (parentPort === null) throw new Error("this is the entry of a worker thread");
const port = parentPort;
const job = workerData as ThreadJob;
const slots = new Slots(job.slots);
const send = (message: FromThread): void => port.postMessage(message);

let underWay = 0;
let roomMade: (() => void) | undefined;
let bytesCame: ((message: Extract<ToThread, { say: "bytes" | "no-bytes" }>) => void) | undefined;

port.on("message", (message: ToThread) => {
  if (message.say === "scan") void scan(message.file, message.location);
  else if (message.say === "taken") {
    underWay--;
    roomMade?.();
  } else bytesCame?.(message);
});

async function scan(file: DataFile, location: DataLocation): Promise<void> {
  let rows = 0;
  const witness = job.wanted === undefined ? undefined : new Witness(job.settings, file.key, job.wanted);
  const triage =
    witness ??
    new Triage(
      job.settings,
      file.key,
      (chunk) => {
        underWay++;
        send({ say: "chunk", chunk });
      },
      () => slots.claim(),
    );
  try {
    const read = await READERS[job.format]();
    await read(
      {
        file,
        location,
        remote: { read: readRemote },
        columns: job.columns,
        bucket: job.settings.bucket,
        progress: (bytes, seen) => {
          rows = seen;
          send({ say: "progress", bytes, rows });
        },
        room: async () => {
          while (underWay >= CHUNKS_UNDER_WAY_MAX) {
            await new Promise<void>((resolve) => {
              roomMade = resolve;
            });
          }
        },
      },
      triage,
    );
    triage.finish();
    send({
      say: "done",
      result: { tally: triage.tally, rows: triage.tally.total.rows, notes: triage.notes, witnessed: witness?.found ?? [] },
    });
  } catch (error) {
    send({ say: "failed", error: packError(error, location) });
  }
}

async function* readRemote(url: string): AsyncGenerator<Uint8Array> {
  for (let first = true; ; first = false) {
    const came = new Promise<Extract<ToThread, { say: "bytes" | "no-bytes" }>>((resolve) => {
      bytesCame = resolve;
    });
    send(first ? { say: "pull", url } : { say: "pull" });
    const message = await came;
    if (message.say === "no-bytes") throw unpackError(message.error);
    if (message.bytes === undefined) return;
    yield message.bytes;
  }
}
