/**
 * The sandbox's own interface under `/_sandbox/`: plain HTTP and JSON, unsigned, on loopback only. Reads the write log and the
 * counters, changes faults, trust policies and session lifetimes, and has reports made, all while requests go on.
 */
import type { AccountBook } from "../account/book.ts";
import type { FaultControl } from "../faults/control.ts";
import { faultSettingsFrom } from "../faults/settings.ts";
import type { InboundRequest, Reply, Service } from "../http/exchange.ts";
import type { S3Error } from "../http/s3-error.ts";
import { MalformedPolicyError, policyFrom } from "../iam/document.ts";
import { type InventoryFormat, inventoryFormats } from "../inventory/report.ts";
import type { WriteLog } from "../log/write-log.ts";
import { describeAccount } from "./description.ts";
import type { AnswerCounter } from "./stats.ts";

export interface AdminParts {
  readonly book: AccountBook;
  readonly faults: FaultControl;
  readonly log: WriteLog;
  readonly counter: AnswerCounter;
  /** Bucket that a report is about when none is named. */
  readonly bucket: string | undefined;
  /** Writes a report and gives its manifest's address; throws an Error when there is no such bucket. */
  readonly makeInventory: (bucket: string, format: InventoryFormat) => Promise<string>;
}

/** A request nobody can carry out, with what to send instead. */
class AdminError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Body = Readonly<Record<string, unknown>>;
type Route = (parts: AdminParts, request: InboundRequest, body: Body) => unknown;

const routes: Readonly<Record<string, Route>> = {
  "GET writes": ({ log }, request) => {
    const since = Number(request.query.get("since") ?? 0);
    if (!Number.isInteger(since) || since < 0) throw new AdminError(400, "since: must be a sequence number, 0 or more");
    return ndjson(log.since(since));
  },
  "GET accounts": ({ book }) => book.all().map(describeAccount),
  "GET stats": ({ counter, log }) => ({ answers: counter.get(), writes: log.last }),
  "GET faults": ({ faults }) => faults.get(),
  "PUT faults": ({ faults }, _request, body) => {
    faults.set(faultSettingsFrom(body));
    return faults.get();
  },
  "PUT trust": ({ book }, _request, body) => {
    const found = book.role(textOf(body, "roleArn"));
    if (found === undefined)
      throw new AdminError(404, `roleArn: there is no role ${String(body.roleArn)}; GET /_sandbox/accounts lists them`);
    found.role.trust = policyFrom(body.policy, "trust");
    return { roleArn: found.role.arn, trust: found.role.trust };
  },
  "PUT sessions": ({ book }, _request, body) => {
    const { lifetimeSeconds } = body;
    if (lifetimeSeconds !== null && !(typeof lifetimeSeconds === "number" && lifetimeSeconds > 0)) {
      throw new AdminError(400, "lifetimeSeconds: must be a number of seconds above 0, or null for the duration asked for");
    }
    book.limitSessions(lifetimeSeconds ?? undefined);
    return { lifetimeSeconds };
  },
  "DELETE sessions": ({ book }, request) => {
    const accountId = request.query.get("accountId");
    const roleArn = request.query.get("roleArn");
    return {
      expired: book.expireSessions({ ...(accountId === undefined ? {} : { accountId }), ...(roleArn === undefined ? {} : { roleArn }) }),
    };
  },
  "POST inventory": async ({ makeInventory, bucket }, _request, body) => {
    const source = body.bucket === undefined ? bucket : textOf(body, "bucket");
    if (source === undefined) throw new AdminError(400, "bucket: name the bucket to report on");
    const wanted: unknown[] = body.format === undefined ? [...inventoryFormats] : [body.format];
    const manifests: Record<string, string> = {};
    for (const format of inventoryFormats.filter((one) => wanted.includes(one))) manifests[format] = await makeInventory(source, format);
    if (Object.keys(manifests).length === 0) throw new AdminError(400, `format: must be one of ${inventoryFormats.join(", ")}`);
    return { bucket: source, manifests };
  },
};

export class AdminService implements Service {
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  async handle(request: InboundRequest): Promise<Reply> {
    try {
      const name = `${request.method} ${request.rawPath.slice("/_sandbox/".length)}`;
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
      if (route === undefined) throw new AdminError(404, `there is no ${name}; there are ${Object.keys(routes).join(", ")}`);
      const answer = await route(this.#parts, request, bodyOf(request));
      return Buffer.isBuffer(answer)
        ? { status: 200, headers: { "content-type": "application/x-ndjson" }, body: answer }
        : json(200, answer);
    } catch (error) {
      if (error instanceof AdminError) return json(error.status, { error: error.message });
      if (error instanceof MalformedPolicyError) return json(400, { error: `policy: ${error.message}` });
      if (error instanceof Error) return json(400, { error: error.message });
      throw error;
    }
  }

  refuse(error: S3Error): Reply {
    return json(error.status, { error: error.message, code: error.code });
  }
}

function bodyOf(request: InboundRequest): Body {
  if (request.body.length === 0) return {};
  const parsed: unknown = JSON.parse(request.body.toString("utf8"));
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new AdminError(400, "the body must be a JSON object");
  return parsed as Body;
}

function textOf(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === "string" && value !== "") return value;
  throw new AdminError(400, `${name}: must be a string`);
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}

/** Joined in pieces: the log of a long run is larger than the longest string. */
function ndjson(records: readonly unknown[]): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < records.length; at += 10_000) {
    pieces.push(
      Buffer.from(
        records
          .slice(at, at + 10_000)
          .map((record) => `${JSON.stringify(record)}\n`)
          .join(""),
      ),
    );
  }
  return Buffer.concat(pieces);
}
