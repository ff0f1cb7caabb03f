/**
 * The aws-chunked framing of uploads: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n` … a chunk of size 0, trailing headers.
 * With a seed, every chunk and the trailers must carry the signature that follows from the one before.
 */
import { hash } from "node:crypto";
import { S3Error } from "../http/s3-error.ts";
import type { ChunkSeed } from "./authenticate.ts";

const emptyHash = hash("sha256", "", "hex");

export interface Decoded {
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

export function decodeChunked(sent: Buffer, seed: ChunkSeed | undefined): Decoded {
  const pieces: Buffer[] = [];
  let previous = seed?.signature ?? "";
  let at = 0;
  for (;;) {
    const end = sent.indexOf("\r\n", at);
    if (end < 0) throw incomplete();
    const { size, signature } = chunkHead(sent.toString("latin1", at, end));
    const start = end + 2;
    if (start + size > sent.length) throw incomplete();
    const bytes = sent.subarray(start, start + size);
    if (seed !== undefined) {
      demandSignature(signature, chunkSignature(seed, previous, hash("sha256", bytes, "hex")));
      previous = signature ?? "";
    }
    at = start + size;
    if (size === 0) break;
    if (sent[at] !== 0x0d || sent[at + 1] !== 0x0a) throw incomplete();
    at += 2;
    pieces.push(bytes);
  }
  return { body: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), trailers: readTrailers(sent, at, seed, previous) };
}

function chunkHead(line: string): { size: number; signature: string | undefined } {
  const match = /^([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (match === null) throw new S3Error(400, "InvalidChunkSizeError", "The chunk head is not `<hex size>[;chunk-signature=<signature>]`.");
  return { size: Number.parseInt(match[1] as string, 16), signature: match[2] };
}

function chunkSignature(seed: ChunkSeed, previous: string, chunkHash: string): string {
  return seed.key.sign(`AWS4-HMAC-SHA256-PAYLOAD\n${seed.date}\n${seed.scope}\n${previous}\n${emptyHash}\n${chunkHash}`);
}

function readTrailers(sent: Buffer, from: number, seed: ChunkSeed | undefined, previous: string): Map<string, string> {
  const trailers = new Map<string, string>();
  let signed = "";
  let signature: string | undefined;
  for (const line of sent.toString("latin1", from).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") signature = value;
    else {
      trailers.set(name, value);
      signed += `${name}:${value}\n`;
    }
  }
  if (seed !== undefined && signed !== "") {
    const toSign = `AWS4-HMAC-SHA256-TRAILER\n${seed.date}\n${seed.scope}\n${previous}\n${hash("sha256", Buffer.from(signed, "latin1"), "hex")}`;
    demandSignature(signature, seed.key.sign(toSign));
  }
  return trailers;
}

function demandSignature(provided: string | undefined, computed: string): void {
  if (provided === computed) return;
  throw new S3Error(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    { details: { SignatureProvided: provided ?? "" } },
  );
}

const incomplete = (): S3Error =>
  new S3Error(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
