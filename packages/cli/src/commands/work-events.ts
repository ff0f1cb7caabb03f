// What a worker tells, as lines for the person who started it with `quitclaim work`.
import type { WorkerEvent } from "@quitclaim/worker";

export function eventSentence(event: WorkerEvent): string {
  switch (event.kind) {
    case "started":
      return `worker ${event.worker} works for ${event.accounts.join(", ")}`;
    case "identity-proven":
      return `${event.account}: acting as ${event.arn}`;
    case "batch-finished":
      return `${event.batch}: ${event.rows} objects finished${event.failed > 0 ? `, ${event.failed} of them failed` : ""}`;
    case "batch-handed-back":
      return `${event.batch}: handed back, ${event.noted} of ${event.rows} objects are noted as done (${event.why})`;
    case "batch-error":
      return `${event.batch}: stopped by an error and tried again a few times, ${event.noted} of ${event.rows} objects are noted as done (${event.why})`;
    case "batch-lost":
      return `${event.batch}: another worker has it (${event.why})`;
    case "account-paused":
      return `${event.account} is paused: ${event.cause}`;
    case "enforced":
      return "the bucket is switched to BucketOwnerEnforced already: the campaign is over";
    case "store-error":
      return `${event.account}: ${event.message}`;
    case "redis":
      return event.message;
    case "worker-rebuilt":
      return `${event.account}: its queue is listened to anew`;
    case "stop-asked":
      return `asked to leave${event.how === "now" ? " at once" : ""} by ${event.by}`;
    case "stopped":
      return "left";
  }
}
