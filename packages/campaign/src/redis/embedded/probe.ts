// Asks a unix socket whether a Redis is behind it, without a client's retries.
import { createConnection } from "node:net";

/** nobody: no server listens. silent: something accepts but does not answer. loading: it reads its data. */
export type Presence = "ready" | "loading" | "silent" | "nobody";

export function probe(socket: string, waitMs = 1_000): Promise<Presence> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    const settle = (presence: Presence): void => {
      connection.destroy();
      resolve(presence);
    };
    connection.setTimeout(waitMs, () => settle("silent"));
    connection.once("connect", () => connection.write("PING\r\n"));
    connection.once("data", (reply: Buffer) => {
      settle(reply.toString("latin1").startsWith("-LOADING") ? "loading" : "ready");
    });
    // A server that ends while we ask.
    connection.once("end", () => settle("nobody"));
    connection.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED" || error.code === "ECONNRESET" || error.code === "ENOTDIR")
        settle("nobody");
      else if (error.code === "EAGAIN") settle("silent");
      else {
        connection.destroy();
        reject(error);
      }
    });
  });
}
