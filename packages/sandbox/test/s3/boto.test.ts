/** The same server seen by an SDK of another language. */
import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { startBench } from "./harness.ts";

function botoIsHere(): boolean {
  try {
    execFileSync("python3", ["-c", "import boto3"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // A missing interpreter or module is what this asks about; anything else is a fault.
    if (error instanceof Error && ("status" in error || (error as NodeJS.ErrnoException).code === "ENOENT")) return false;
    throw error;
  }
}

const here = botoIsHere();
if (!here) process.stderr.write("SKIPPED: no boto3 for python3 on this machine (pip install boto3); the sandbox is not tried with it.\n");

describe.skipIf(!here)("boto3", () => {
  it("finds AWS's behaviour: keys, owners, refusals, the switch", async () => {
    const bench = await startBench();
    try {
      const given = { endpoint: bench.sandbox.endpoint, region: bench.sandbox.region, owner: bench.owner, uploader: bench.uploader };
      const script = fileURLToPath(new URL("./boto.py", import.meta.url));
      const { stdout } = await promisify(execFile)("python3", [script, JSON.stringify(given)], { timeout: 60_000 });
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(result).toMatchObject({
        keys: result.sent,
        foreign: true,
        denied: "AccessDenied",
        granted: "plain",
        grants: 2,
        selfCopy: "InvalidRequest",
        refused: "AccessControlListNotSupported",
        readable: true,
        deleted: 8,
      });
      const answer = await fetch(String(result.url));
      expect(answer.status).toBe(404);
    } finally {
      await bench.close();
    }
  }, 60_000);
});
