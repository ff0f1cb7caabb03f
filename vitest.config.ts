import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/reporting/longest-first.ts";

// Packages are tested from their sources (the "development" export condition); what runs `quitclaim` itself uses the build.
export default defineConfig({
  ssr: { resolve: { conditions: ["development", "node", "import", "default"] } },
  resolve: { conditions: ["development", "node", "import", "default"] },
  test: {
    projects: [
      // A process serves one of these files after another: loading the AWS clients, BullMQ and our own sources is paid once, and not by every
      // file. What a test changes of its process (environment, clock) it puts back.
      { extends: true, test: { name: "packages", include: ["packages/*/test/**/*.test.{ts,tsx}"], isolate: false } },
      { extends: true, test: { name: "campaigns", include: ["test/**/*.test.ts"] } },
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", "./test/reporting/summary.ts"],
    // Kills and storms on a busy machine: CI gives a failed test a second try, and the closing lines name every test that needed it.
    retry: process.env.CI === undefined ? 0 : 1,
    pool: "forks",
    // Campaigns wait more than they compute: three files of them leave a third of two processors idle.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Bounds against hangs, not against slow machines.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
