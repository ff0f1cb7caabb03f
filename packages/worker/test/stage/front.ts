// A proxy before the sandbox, as a load balancer or a network would be: it swallows answers, and goes away and comes back at the same port.
import { once } from "node:events";
import { createServer, type IncomingMessage, request as requestTo, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sandbox } from "@quitclaim/sandbox";

/** Called once the sandbox has answered; true where it answered in its stead. */
export type Meddle = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface Front {
  readonly endpoint: string;
  /** What it does to answers from now on. */
  meddle(how: Meddle): void;
  /** Connections are broken, and refused until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

export async function openFront(sandbox: Sandbox): Promise<Front> {
  let how: Meddle = () => false;
  const inner = new URL(sandbox.endpoint);
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request;
    const onward = requestTo({ host: inner.hostname, port: inner.port, method, path: url, headers }, (answer) => {
      if (how(request, response)) {
        answer.resume();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  };
  let server: Server | undefined;
  let port = 0;
  async function open(): Promise<void> {
    server = createServer(pass).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  }
  async function away(): Promise<void> {
    const open = server;
    server = undefined;
    if (open === undefined) return;
    const closed = once(open, "close");
    open.close();
    open.closeAllConnections();
    await closed;
  }
  await open();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    meddle(next) {
      how = next;
    },
    away,
    back: open,
    close: away,
  };
}
