// Ctrl-C ends a command in order while a server that was asked does not answer, however long that server stays silent.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { start } from "./harness/command.ts";

let server: Server;
let folder: string;
/** The next request that the server gets; it answers none. */
let asked: () => Promise<unknown>;

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  asked = () => new Promise((resolve) => server.once("request", resolve));
  folder = await mkdtemp(join(tmpdir(), "silent-server-"));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function campaign(name: string, ownerCanonicalId: string | undefined): Promise<string> {
  const keys = { accessKeyId: "from-env:QC_KEY", secretAccessKey: "from-env:QC_SECRET" };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(folder, `${name}.yaml`);
  const settings = {
    campaign: name,
    bucket: { name: "lake", owner: "111122223333", ownerCanonicalId, region: "us-east-1", endpoint, keys },
    inventory: { manifest: "s3://reports/lake/manifest.json" },
    accounts: [{ id: "222233334444", keys }],
    actions: { default: "acl" },
    store: `./${name}`,
    redis: "embedded",
  };
  await writeFile(file, stringify(settings));
  return file;
}

it.each([
  ["inventory, who the owner is", ["inventory", "--to", "TO"], false],
  ["inventory, whether there are versions", ["inventory", "--to", "TO"], true],
  ["plan", ["plan"], true],
  ["plan --explain", ["plan", "--explain", "key"], true],
] as const)(
  "%s",
  async (name, [command, ...flags], knowsOwner) => {
    const file = await campaign(name.replaceAll(/[^a-z]/g, ""), knowsOwner ? "a".repeat(64) : undefined);
    const to = join(folder, "report");
    const waiting = asked();
    const running = start([command, "--config", file, "--json", ...flags.map((flag) => (flag === "TO" ? to : flag))], {
      ...process.env,
      QC_KEY: "key",
      QC_SECRET: "secret",
    });
    try {
      await waiting;
      running.child.kill("SIGINT");
      const ended = await running.ended;
      expect([ended.code, JSON.parse(ended.stdout)]).toEqual([130, { error: expect.stringContaining("stopped"), exitCode: 130 }]);
      expect((await readdir(folder)).filter((entry) => !entry.endsWith(".yaml"))).toEqual([]);
    } finally {
      running.child.kill("SIGKILL");
    }
  },
  15_000,
);
