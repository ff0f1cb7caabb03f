// The engine's log: JSON lines in the campaign folder, never on the screen, never with a secret.
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CampaignConfig, embeddedPlace } from "@quitclaim/campaign";

export interface EngineLog {
  readonly path: string;
  write(level: "info" | "warn" | "error", text: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** `<campaign folder>/logs/run.log`; with a store in S3, in the user's state folder, where an embedded Redis of this store lies as well. */
export function logPath(config: CampaignConfig): string {
  if (!config.store.startsWith("s3://")) return join(config.store, "logs", "run.log");
  return join(embeddedPlace(config.store, config.campaign).folder, "run.log");
}

export function openLog(config: CampaignConfig): EngineLog {
  const path = logPath(config);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let unwritten: string | undefined;
  return {
    path,
    write(level, text, facts = {}) {
      try {
        appendFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), level, text, ...facts })}\n`, { mode: 0o600 });
        unwritten = undefined;
      } catch (error) {
        // A full disk must not end a campaign whose store may lie elsewhere; the engine says on stderr what it cannot log, each thing once.
        if (text === unwritten) return;
        unwritten = text;
        process.stderr.write(`cannot write ${path}: ${String(error)}\n${text}\n`);
      }
    },
  };
}
