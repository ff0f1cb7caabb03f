// The server of bench/listing.ts, in a process of its own: a filled sandbox whose latency the parent sets.
import { startSandbox } from "@quitclaim/sandbox";

export interface ListingServer {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const sandbox = await startSandbox({ accounts: 4, seed: 9, fill: { objects: Number(process.argv[2]) } });
const [owner] = sandbox.accounts;
const { bucket } = sandbox.description;
if (owner === undefined || bucket === undefined || process.send === undefined)
  throw new Error("this process is started by bench/listing.ts");
const { accessKeyId, secretAccessKey } = owner;
process.on("message", ({ latencyMs }: { latencyMs: number }) => {
  sandbox.faults.set(latencyMs === 0 ? {} : { latency: { fixedMs: latencyMs } });
  process.send?.("ready");
});
process.send({ endpoint: sandbox.endpoint, bucket, accessKeyId, secretAccessKey } satisfies ListingServer);
