// A profile whose credentials come from a program, as from any endpoint that may blink: what passes by itself pauses nobody.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSession, type Session, SessionError } from "../src/index.ts";

const NAMES = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] as const;
const before = NAMES.map((name) => process.env[name]);
let folder: string;
/** What the program prints; absent: it fails. */
let gives: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qc-provider-"));
  gives = join(folder, "gives.json");
  program = join(folder, "program.sh");
  await writeFile(join(folder, "config"), `[profile blinking]\ncredential_process = sh ${program}\n`);
  await writeFile(join(folder, "credentials"), "");
  process.env.AWS_CONFIG_FILE = join(folder, "config");
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, "credentials");
});
afterAll(async () => {
  for (const [i, name] of NAMES.entries()) {
    const value = before[i];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await rm(gives, { force: true });
  await writeFile(program, `cat ${gives}\n`);
});

const give = (seconds: number): Promise<void> =>
  writeFile(
    gives,
    JSON.stringify({
      Version: 1,
      AccessKeyId: "ASIABLINKS",
      SecretAccessKey: "s",
      SessionToken: "t",
      Expiration: new Date(Date.now() + seconds * 1_000).toISOString(),
    }),
  );
const open = (now?: () => number): Session => openSession({ kind: "profile", profile: "blinking" }, { region: "us-east-1" }, now);
const refusalOf = async (asked: Promise<unknown>): Promise<SessionError> => {
  const error = await asked.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof SessionError)) throw new Error(`no SessionError: ${String(error)}`);
  return error;
};

describe("a profile whose source fails", () => {
  it("is asked a few times before it is said to give nothing, and once it answers nobody notices", async () => {
    const none = await refusalOf(open().credentials());
    expect(none).toMatchObject({ reason: "no-credentials", passing: false });
    expect(none.message).toContain("aws sts get-caller-identity --profile blinking");
    const asking = open().credentials();
    setTimeout(() => void give(3_600), 150);
    expect((await asking).accessKeyId).toBe("ASIABLINKS");
  });

  it("is out of reach for the moment where it gave credentials before, and asks for a person only after minutes", async () => {
    let later = 0;
    await give(3_600);
    const session = open(() => Date.now() + later);
    const { generation } = await session.credentials();
    await rm(gives);
    expect(await refusalOf(session.expired(generation))).toMatchObject({ reason: "network", passing: true });
    later = 60_000;
    expect(await refusalOf(session.credentials())).toMatchObject({ reason: "network", passing: true });
    later = 301_000;
    expect(await refusalOf(session.credentials())).toMatchObject({ reason: "no-credentials", passing: false });
    await give(3_600);
    expect((await session.credentials()).generation).toBe(2);
  });

  it("asks for a person at once where somebody has to sign in again", async () => {
    await give(3_600);
    const session = open();
    const { generation } = await session.credentials();
    await writeFile(gives, "To refresh this SSO session run aws sso login --profile blinking");
    await writeFile(program, `cat ${gives} >&2; exit 1\n`);
    expect(await refusalOf(session.expired(generation))).toMatchObject({ reason: "no-credentials", passing: false });
  });
});
