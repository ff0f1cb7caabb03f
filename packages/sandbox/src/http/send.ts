/** Writes answers: status, headers, and a body that is text, bytes, or object content streamed in chunks. */
import type { ServerResponse } from "node:http";
import { readContent } from "../store/content.ts";
import type { ContentBody, Reply } from "./exchange.ts";

const chunkBytes = 256 * 1024;
export const hostId = "c2FuZGJveA/quitclaim+sandbox/s3+host/id0000000000000000000000000000000000=";

/** `head`: the answer to HEAD, which has headers only. */
export function send(response: ServerResponse, reply: Reply, requestId: string, head: boolean): void {
  const { body } = reply;
  const headers: string[] = ["x-amz-request-id", requestId, "x-amz-id-2", hostId, "Server", "AmazonS3"];
  const given = reply.headers;
  let typed = false;
  let sized = false;
  if (given !== undefined) {
    for (const name in given) {
      headers.push(name, given[name] as string);
      if (name === "content-type") typed = true;
      else if (name === "content-length") sized = true;
    }
  }
  if (typeof body === "string" && !typed) headers.push("content-type", "application/xml");
  // 204 and 304 carry no length; a HEAD answer states the length the GET would have, given by its handler.
  if (!sized && reply.status !== 204 && reply.status !== 304 && reply.status >= 200) {
    headers.push("content-length", String(head ? 0 : lengthOf(body)));
  }
  response.writeHead(reply.status, headers);
  if (head || body === undefined) response.end();
  else if (typeof body === "string" || Buffer.isBuffer(body)) response.end(body);
  else stream(response, body);
}

function lengthOf(body: Reply["body"]): number {
  if (body === undefined) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  return Buffer.isBuffer(body) ? body.length : body.end - body.start;
}

function stream(response: ServerResponse, body: ContentBody): void {
  let at = body.start;
  const pump = (): void => {
    while (at < body.end) {
      if (response.destroyed) return;
      const length = Math.min(chunkBytes, body.end - at);
      const more = response.write(readContent(body.content, at, length));
      at += length;
      if (!more) {
        response.once("drain", pump);
        return;
      }
    }
    response.end();
  };
  if (body.end - body.start <= chunkBytes) response.end(readContent(body.content, body.start, body.end - body.start));
  else pump();
}
