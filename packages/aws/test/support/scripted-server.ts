// A plain HTTP server that answers as told and remembers what came over the wire, for answers that no honest S3 gives on demand.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openSession, type S3Target, type Session } from "../../src/index.ts";

export interface Received {
  readonly method: string;
  /** Exactly as in the request line. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
}
export type Script = (request: Received, response: ServerResponse, raw: IncomingMessage) => void;

export interface ScriptedServer {
  readonly endpoint: string;
  readonly target: S3Target;
  readonly received: Received[];
  /** What it does from now on. */
  answer(script: Script): void;
  close(): Promise<void>;
}

export async function openScriptedServer(): Promise<ScriptedServer> {
  let script: Script = (_, response) => response.end();
  let connections = 0;
  const connectionOf = new WeakMap<object, number>();
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const seen = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks),
        connection: connectionOf.get(request.socket) ?? 0,
      };
      received.push(seen);
      script(seen, response, request);
    });
  });
  server.on("connection", (socket) => connectionOf.set(socket, ++connections));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    target: { region: "us-east-1", endpoint, forcePathStyle: true },
    received,
    answer(next) {
      script = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Keys for calls to servers that check no signature. */
export function anyKeys(sessionToken?: string): Session {
  const keys = { kind: "keys", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" } as const;
  return openSession(sessionToken === undefined ? keys : { ...keys, sessionToken }, { region: "us-east-1" });
}

export const errorXml = (code: string, message = "said so"): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>R1</RequestId></Error>`;
