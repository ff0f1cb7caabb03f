// How long some work takes, in seconds: by the clock, and of all processors together.
export interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

/** All threads of this process are counted; the system's own work for it too. */
export async function taken(work: () => Promise<void>): Promise<Taken> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1_000, cpu: (user + system) / 1e6 };
}
