// The campaign's Redis contract against a Redis in a container, wherever a Docker daemon answers; skipped, and said so, elsewhere.
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisContract } from "../packages/campaign/test/support/redis-contract.ts";

const IMAGE = process.env.REDIS_IMAGE ?? "redis:7-alpine";
const REDIS_PORT = 6379;

async function whyNot(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const missing = await whyNot();
if (missing !== undefined)
  console.warn(
    `SKIPPED: Redis in a container, because no Docker daemon answers (${missing}). Start one, or point DOCKER_HOST at it, and run \`pnpm exec vitest run test/redis-container.test.ts\`; REDIS_IMAGE names another image than ${IMAGE}.`,
  );

describe.skipIf(missing !== undefined)("Redis in a container", () => {
  let container: StartedTestContainer;
  const warnings: string[] = [];
  beforeAll(async () => {
    container = await new GenericContainer(IMAGE)
      .withCommand(["redis-server", "--protected-mode", "no", "--save", "", "--appendonly", "no"])
      .withExposedPorts(REDIS_PORT)
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .start();
  });
  afterAll(() => container?.stop());

  redisContract({ url: () => `redis://${container.getHost()}:${container.getMappedPort(REDIS_PORT)}`, warnings });

  test("a container without an append-only file is warned about", () => {
    expect(warnings).toEqual([expect.stringMatching(/keeps no append-only file/)]);
  });
});
