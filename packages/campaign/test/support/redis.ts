// A real Redis for a test file: the product's own embedded one, in a folder of its own, gone with its file.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CampaignRedis, openRedis } from "../../src/index.ts";
import { embeddedPlace } from "../../src/redis/embedded/place.ts";
import { awaitExit, serverPid } from "../../src/redis/embedded/process.ts";

export const quiet = { info: (): void => undefined, warn: (): void => undefined };

export interface TestRedis {
  readonly folder: string;
  /** A handle for one campaign on the shared server; give each test a campaign of its own. */
  campaign(name: string): CampaignRedis;
  kill(options?: { withData?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export async function startTestRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "qc-test-"));
  const place = embeddedPlace(folder, "t");
  const redis = await openRedis({ redis: "embedded", store: folder, campaign: "t" }, quiet);
  const kill = async ({ withData = false } = {}): Promise<void> => {
    const pid = await serverPid(place);
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      await awaitExit(pid, 5_000);
    }
    if (withData) await rm(place.folder, { recursive: true, force: true });
  };
  return {
    folder,
    campaign: (name) => ({ ...redis, campaign: name }),
    kill,
    close: async () => {
      await redis.stop({ server: false });
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
