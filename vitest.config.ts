import { defineConfig } from "vitest/config";

// Packages are tested from their sources (the "development" export condition); what runs `quitclaim` itself uses the build.
export default defineConfig({
  ssr: { resolve: { conditions: ["development", "node", "import", "default"] } },
  resolve: { conditions: ["development", "node", "import", "default"] },
  test: {
    include: ["packages/*/test/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", "./test/reporting/summary.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
