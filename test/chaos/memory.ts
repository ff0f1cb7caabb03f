// Peaks of memory while a campaign runs: of each process from /proc, of Redis as Redis counts it.
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";

/** Kilobytes of resident memory at its highest; undefined where the process is gone. */
function peakResidentKb(pid: number): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found ? Number(found[1]) : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return undefined;
    throw error;
  }
}

export class MemoryPeaks {
  /** Megabytes by role, the highest of all processes that had it. */
  readonly residentMb: Record<string, number> = {};
  redisPeakBytes = 0;

  look(role: string, pid: number | undefined): void {
    const kb = pid === undefined ? undefined : peakResidentKb(pid);
    if (kb !== undefined) this.residentMb[role] = Math.max(this.residentMb[role] ?? 0, Math.round(kb / 1_024));
  }

  /** While Redis is away there is nothing to see. */
  async lookAtRedis(socket: string): Promise<void> {
    const used = await redisMemory(socket).catch((error: unknown) => {
      if (error instanceof Error) return undefined;
      throw error;
    });
    if (used !== undefined) this.redisPeakBytes = Math.max(this.redisPeakBytes, used.peak);
  }
}

/** Bytes that Redis says it uses now, and used at its highest since it was started. */
export async function redisMemory(socket: string): Promise<{ used: number; peak: number; dataset: number }> {
  const redis = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    const info = await redis.info("memory");
    const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
    return { used: figure("used_memory"), peak: figure("used_memory_peak"), dataset: figure("used_memory_dataset") };
  } finally {
    redis.disconnect();
  }
}
