/**
 * The one listener: reads a request whole, gives it an id, proves its sender, and hands it to S3, STS, S3 Control or the
 * admin interface. Faults are asked before and after; whatever is thrown below becomes an answer here.
 */
import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Authenticated, type Authenticator, authenticate } from "../auth/authenticate.ts";
import { verifiedPayload } from "../auth/payload.ts";
import type { S3Service } from "../s3/service.ts";
import { addressOf } from "./address.ts";
import { readBody } from "./body.ts";
import type { InboundRequest, Reply, Service } from "./exchange.ts";
import type { CallSummary, Faults, FaultVerdict, Observer } from "./hooks.ts";
import { Query } from "./query.ts";
import { S3Error } from "./s3-error.ts";
import { hostId, send } from "./send.ts";
import { errorDocument } from "./xml-write.ts";

export interface ServerParts {
  readonly auth: Authenticator;
  readonly s3: S3Service;
  /** POST to `/` with a form, or a signature for the service `sts`. */
  readonly sts?: Service | undefined;
  /** Paths below `/v20180820/`. */
  readonly control?: Service | undefined;
  /** Paths below `/_sandbox/`, unsigned. */
  readonly admin?: Service | undefined;
  readonly faults: Faults;
  readonly observer: Observer;
}

type Target = "s3" | "sts" | "control" | "admin";

/** Long enough for a 1,024-byte key in percent-encoding, in the path and in a copy source, and session tokens. */
const headerBytesMax = 64 * 1024;
const requestIdRandom = hash("md5", `${process.pid}:${Date.now()}`, "hex").slice(0, 8).toUpperCase();

/** Makes the server; the caller listens and closes. */
export function createSandboxServer(parts: ServerParts): Server {
  let sequence = 0;
  // No timeout between requests: a timer set and taken back for each of them costs a twentieth of the whole answer.
  const server = createServer({ maxHeaderSize: headerBytesMax, keepAliveTimeout: 0, noDelay: true }, (request, response) => {
    sequence = (sequence + 1) % 0xffffffff;
    const requestId = requestIdRandom + sequence.toString(16).toUpperCase().padStart(8, "0");
    readBody(request, (body) => {
      new Exchange(parts, request, response, requestId).run(body);
    });
  });
  // Large uploads may take their time on a busy machine.
  server.requestTimeout = 0;
  return server;
}

/** One request and its answer. */
class Exchange {
  readonly #parts: ServerParts;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #rawPath: string;
  readonly #rawQuery: string;
  #target: Target;
  #summary: CallSummary;

  constructor(parts: ServerParts, request: IncomingMessage, response: ServerResponse, requestId: string) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
    this.#requestId = requestId;
    const url = originForm(request.url ?? "/");
    const mark = url.indexOf("?");
    this.#rawPath = mark < 0 ? url : url.slice(0, mark);
    this.#rawQuery = mark < 0 ? "" : url.slice(mark + 1);
    this.#target = targetOf(request, this.#rawPath);
    this.#summary = { op: "Unknown", method: request.method ?? "", accountId: undefined, arn: "anonymous", requestId };
  }

  run(body: Buffer | S3Error): void {
    try {
      if (body instanceof S3Error) throw body;
      const answer = this.#answer(body);
      if (answer instanceof Promise) answer.then(this.#finish, this.#fail);
      else this.#finish(answer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answer(sent: Buffer): Reply | Promise<Reply> {
    const { headers } = this.#request;
    const query = new Query(this.#rawQuery);
    const sender = this.#target === "admin" ? unsigned : this.#sender(query, sent);
    if (sender.service === "sts" && this.#target === "s3") this.#target = "sts";
    const payload = verifiedPayload(sent, headers, sender.payloadHash, sender.seed);
    const inbound: InboundRequest = {
      method: this.#request.method ?? "",
      rawPath: this.#rawPath,
      query,
      headers,
      body: payload.body,
      trailers: payload.trailers,
      principal: sender.principal,
      accessKeyId: sender.accessKeyId,
      requestId: this.#requestId,
      remoteAddress: this.#request.socket.remoteAddress ?? "127.0.0.1",
    };
    if (this.#target !== "s3") return this.#elsewhere(this.#target, inbound);
    const call = this.#parts.s3.prepare(inbound);
    this.#summary = call;
    return this.#withFaults(() => this.#parts.s3.perform(call));
  }

  #sender(query: Query, sent: Buffer): Authenticated {
    return authenticate(
      {
        method: this.#request.method ?? "",
        rawPath: this.#rawPath,
        query,
        headers: this.#request.headers,
        bodyHash: () => hash("sha256", sent, "hex"),
      },
      this.#parts.auth,
    );
  }

  #elsewhere(target: Exclude<Target, "s3">, inbound: InboundRequest): Reply | Promise<Reply> {
    const service = this.#parts[target];
    if (service === undefined) throw new S3Error(501, "NotImplemented", `This sandbox has no ${target} interface.`);
    if (target === "admin") return service.handle(inbound);
    const { principal } = inbound;
    this.#summary = {
      op: target === "sts" ? (actionOf(inbound) ?? "Unknown") : `S3Control:${inbound.method}`,
      method: inbound.method,
      accountId: principal.kind === "anonymous" ? undefined : principal.accountId,
      arn: principal.kind === "anonymous" ? "anonymous" : principal.arn,
      requestId: inbound.requestId,
    };
    return this.#withFaults(() => service.handle(inbound));
  }

  #withFaults(operation: () => Reply | Promise<Reply>): Reply | Promise<Reply> {
    const verdict = this.#parts.faults.before(this.#summary);
    const waiting = verdict === undefined ? undefined : this.#suffer(verdict);
    if (waiting !== undefined) return waiting.then(operation);
    return operation();
  }

  /** Carries a verdict out; a promise only when there is something to wait for. Throws the error it holds. */
  #suffer(verdict: FaultVerdict): Promise<void> | undefined {
    const strike = (): void => {
      if (verdict.reset === true) throw new ConnectionReset();
      if (verdict.error !== undefined) throw verdict.error;
      if (verdict.errorIn200 !== undefined) throw new LateError(verdict.errorIn200);
    };
    if (verdict.delayMs === undefined || verdict.delayMs <= 0) {
      strike();
      return undefined;
    }
    return new Promise<void>((resolve) => setTimeout(resolve, verdict.delayMs)).then(strike);
  }

  readonly #finish = (reply: Reply): void => {
    try {
      const verdict = this.#target === "admin" ? undefined : this.#parts.faults.after(this.#summary, reply.status);
      const waiting = verdict === undefined ? undefined : this.#suffer(verdict);
      if (waiting !== undefined) waiting.then(() => this.#send(reply, undefined), this.#fail);
      else this.#send(reply, undefined);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #fail = (error: unknown): void => {
    if (error instanceof ConnectionReset) {
      this.#parts.observer.answered(this.#summary, 0, "ConnectionReset");
      this.#request.socket.resetAndDestroy();
      return;
    }
    if (error instanceof LateError) {
      this.#send({ ...this.#s3Refusal(error.refusal), status: 200 }, error.refusal.code);
      return;
    }
    const refusal = error instanceof S3Error ? error : unexpected(error);
    const service = this.#target === "s3" ? undefined : this.#parts[this.#target];
    this.#send(service === undefined ? this.#s3Refusal(refusal) : service.refuse(refusal, this.#requestId), refusal.code);
  };

  #s3Refusal(error: S3Error): Reply {
    if (this.#request.method === "HEAD" || error.status === 304) return { status: error.status, headers: error.headers };
    return {
      status: error.status,
      headers: error.headers,
      body: errorDocument(error, this.#rawPath, this.#requestId, hostId),
    };
  }

  #send(reply: Reply, code: string | undefined): void {
    this.#parts.observer.answered(this.#summary, reply.status, code);
    send(this.#response, reply, this.#requestId, this.#request.method === "HEAD");
  }
}

/** Thrown where a fault shows only in the body of an answer that began as a success. */
class LateError extends Error {
  readonly refusal: S3Error;

  constructor(refusal: S3Error) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Thrown where a fault cuts the connection. */
class ConnectionReset extends Error {}

const unsigned: Authenticated = {
  principal: { kind: "anonymous" },
  accessKeyId: undefined,
  service: "admin",
  payloadHash: undefined,
  seed: undefined,
};

/**
 * What a client sends whose HTTP proxy this is: `http://host/path` instead of `/path`. As its own proxy the sandbox answers for
 * host names that nothing resolves, such as S3 Control's `<account>.localhost`.
 */
function originForm(url: string): string {
  if (!url.startsWith("http://")) return url;
  const slash = url.indexOf("/", "http://".length);
  return slash < 0 ? "/" : url.slice(slash);
}

function targetOf(request: IncomingMessage, rawPath: string): Target {
  if (rawPath.startsWith("/_sandbox/")) return "admin";
  if (rawPath.startsWith("/v20180820/")) return "control";
  // A POST to `/` of a bucket's own host name is S3's (DeleteObjects).
  if (rawPath === "/" && request.method === "POST" && addressOf(request.headers.host, rawPath).bucket === undefined) return "sts";
  return "s3";
}

function actionOf(request: InboundRequest): string | undefined {
  return request.query.get("Action") ?? new URLSearchParams(request.body.toString("latin1")).get("Action") ?? undefined;
}

/** A defect of the sandbox itself: told on stderr with its stack, answered as S3's InternalError. */
function unexpected(error: unknown): S3Error {
  process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return new S3Error(500, "InternalError", "We encountered an internal error. Please try again.");
}
