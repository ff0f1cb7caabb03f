// What the operator is told where workers die as fast as they are started: what a person can mend in a sentence, the rest as a bug.
import { CommandError, EXIT } from "../exit.ts";
import type { Crew } from "./crew.ts";

export function brokenCrew({ lastDeath: { how, why } }: Pick<Crew, "lastDeath">, log: string): Error {
  if (why !== undefined)
    return new CommandError(EXIT.usage, `no worker can start, so the campaign stopped; nothing is lost. They say: ${why}`);
  if (how === `exit code ${EXIT.bug}`)
    return new Error(`the workers die within seconds, over and over; the log and what they wrote on stderr say why: ${log}`);
  return new CommandError(
    EXIT.usage,
    `the workers end within seconds, over and over (${how}), so the campaign stopped; nothing is lost. Something on this machine ends them: most often it is out of memory or of processes. Give it more room, or run fewer with --workers. The log: ${log}`,
  );
}
