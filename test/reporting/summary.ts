// Closes a test run with one plain line that a person, or a machine, can read: `tests: N passed, N failed, N skipped`.
import type { Reporter, TestModule } from "vitest/node";

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that cannot be collected has no tests to fail.
      if (module.state() === "failed" && module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const { state, errors: failures } = test.result();
        count[state]++;
        if (state !== "passed" || (test.diagnostic()?.retryCount ?? 0) === 0) continue;
        process.stdout.write(`passed at the second try only: ${module.moduleId}: ${test.fullName}\n`);
        for (const { message, diff } of failures ?? []) process.stdout.write(`  ${message}\n${diff === undefined ? "" : `${diff}\n`}`);
      }
    }
    process.stdout.write(`tests: ${count.passed} passed, ${count.failed + count.pending} failed, ${count.skipped} skipped\n`);
  }
}
