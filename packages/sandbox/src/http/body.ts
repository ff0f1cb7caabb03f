/** Reads a request's body whole; at most what a single PUT may carry. */
import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";

/** 5 GiB, the most a single PUT may carry. */
const putBytesMax = 5 * 1024 ** 3;
const noBytes = Buffer.alloc(0);

/** Whether nothing follows the headers. */
function isBodiless(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return length === undefined ? request.headers["transfer-encoding"] === undefined : length === "0";
}

/** Calls back once: with the body, or with why there is none. A connection that breaks off calls nothing (nobody waits). */
export function readBody(request: IncomingMessage, done: (body: Buffer | S3Error) => void): void {
  if (isBodiless(request)) {
    request.resume();
    done(noBytes);
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  request.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size <= putBytesMax) pieces.push(piece);
  });
  request.on("end", () => {
    if (size > putBytesMax) {
      done(
        new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
          details: { ProposedSize: String(size) },
        }),
      );
    } else done(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));
  });
  // A client that goes away mid-body is no event for the server; without this listener it would be an uncaught error.
  request.on("error", () => pieces.splice(0));
}
