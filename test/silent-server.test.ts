// Ctrl-C ends a command in order while a server that was asked does not answer, however long that server stays silent.
import { createHash } from "node:crypto";
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
    accounts: [{ id: "222233334444", canonicalId: "b".repeat(64), keys }],
    actions: { default: "acl" },
    store: `./${name}`,
    redis: "embedded",
  };
  await writeFile(file, stringify(settings));
  return file;
}

const DATA_BYTES = 8 << 20;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Answers what plan asks for before it reads data files, and of these only the beginning. Resolves once one of them has begun. */
function withReport(): Promise<void> {
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const manifest = JSON.stringify({
    sourceBucket: "lake",
    destinationBucket: "arn:aws:s3:::reports",
    version: "2016-11-30",
    creationTimestamp: String(Date.now()),
    fileFormat: "CSV",
    fileSchema: "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, ObjectAccessControlList, ObjectOwner",
    files: Array.from({ length: 2 }, (_, i) => ({ key: `data/${i}.csv.gz`, size: DATA_BYTES, MD5checksum: md5(String(i)) })),
  });
  const answers: Record<string, string> = { "/reports/lake/manifest.json": manifest, "/reports/lake/manifest.checksum": md5(manifest) };
  return new Promise((resolve) => {
    server.on("request", (request, response) => {
      const path = (request.url as string).split("?")[0] as string;
      const isData = path.startsWith("/reports/data/");
      const whole = answers[path];
      if (!isData && whole === undefined) return;
      response.writeHead(200, { etag: '"e"', "content-length": whole?.length ?? DATA_BYTES });
      if (request.method === "HEAD") response.end();
      else if (isData) response.write(GZIP_MAGIC, () => resolve());
      else response.end(whole);
    });
  });
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

it.each([
  ["plan", ["plan"]],
  ["plan --explain", ["plan", "--explain", "key"]],
] as const)(
  "%s, in the middle of its data files",
  async (name, [command, ...flags]) => {
    const file = await campaign(`middle${name.replaceAll(/[^a-z]/g, "")}`, "a".repeat(64));
    const begun = withReport();
    const running = start([command, "--config", file, "--json", ...flags], { ...process.env, QC_KEY: "key", QC_SECRET: "secret" });
    try {
      await Promise.race([begun, running.ended.then((ended) => expect(ended).toBe("still at work"))]);
      running.child.kill("SIGINT");
      const ended = await running.ended;
      expect([ended.code, JSON.parse(ended.stdout)]).toEqual([130, { error: expect.stringContaining("stopped"), exitCode: 130 }]);
    } finally {
      server.removeAllListeners("request");
      running.child.kill("SIGKILL");
    }
  },
  15_000,
);
