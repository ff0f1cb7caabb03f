// A Parquet or ORC data file for reading by ranges, each byte of which goes through the MD5. Such a file is read from its end, so the checksum cannot be had on the way as
// with CSV. A local one is hashed as its row groups or stripes are read. Of a remote one S3 is asked for each byte once only, so it is hashed first: into memory what is
// small, and into a temporary file what is large.
import { closeSync, readSync, writeSync } from "node:fs";
import type { AsyncBuffer } from "hyparquet";
import { PARQUET_IN_MEMORY_BYTES_MAX } from "../limits.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { openNameless } from "../source/nameless.ts";
import { verified } from "../source/verify.ts";
import { LocalFile } from "./local-file.ts";
import { newRoom, type Room } from "./room.ts";

/** Bytes by their place, at once: a scanning thread has nothing else to do meanwhile, and cursors that wait for promises at each page are far slower. */
export interface FileBytes {
  readonly byteLength: number;
  /** What one read may well take more than it needs, because it costs nothing. */
  readonly readAhead: number;
  /** Exactly these bytes, in `room`, or in the file's own memory, where nobody may write. Throws where the file has become shorter. */
  read(start: number, end: number, room: Room): Uint8Array;
}

export interface RandomAccess {
  readonly bytes: FileBytes;
  /** The same for whoever wants promises and copies. */
  readonly file: AsyncBuffer;
  close(): Promise<void>;
}

/** A file whose checksum is known only when it was read: nothing that was found in it is to be believed, or told as a fault of its own, before {@link verify}. */
export interface UnverifiedAccess extends RandomAccess {
  /** Bytes that were read for good. */
  readonly passed: number;
  /** Bytes [start, end) are read next; what was read of others is gone. */
  begin(start: number, end: number): void;
  /** Throws PlanError where size or MD5 are not what the manifest says. */
  verify(): void;
}

/** Of each column. */
const READ_AHEAD_BYTES = 256 * 1024;

/** Rejects with PlanError where a local file is missing or of the wrong size, and where size or MD5 of a remote one, which is read here, are not what the manifest says. */
export async function openOnce(input: DataFileInput): Promise<UnverifiedAccess> {
  const { file, location } = input;
  if (location.kind === "remote") {
    const whole = file.size <= PARQUET_IN_MEMORY_BYTES_MAX ? inMemory(input, location.url) : spooled(input, location.url);
    return { ...(await whole), passed: file.size, begin: () => undefined, verify: () => undefined };
  }
  const local = await LocalFile.open(input, location.path);
  return {
    ...access(local),
    get passed() {
      return local.passed;
    },
    begin: (start, end) => local.begin(start, end),
    verify: () => local.verify(),
    close: async () => local.close(),
  };
}

async function inMemory(input: DataFileInput, url: string): Promise<RandomAccess> {
  const bytes = Buffer.allocUnsafeSlow(input.file.size);
  let at = 0;
  await pass(input, input.remote.read(url), async (chunk) => {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  });
  return {
    ...access(memoryBytes(bytes)),
    async close() {
      // Its memory goes back at once; the collector would let several files' pile up.
      bytes.buffer.transfer(0);
    },
  };
}

async function spooled(input: DataFileInput, url: string): Promise<RandomAccess> {
  const fd = openNameless("report");
  try {
    await pass(input, input.remote.read(url), async (chunk) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at, chunk.length - at);
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { ...access(fileBytes(fd, input.file.size)), close: async () => closeSync(fd) };
}

async function pass(input: DataFileInput, stream: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  const data = verified(stream, input.file);
  for await (const chunk of data.bytes) {
    await take(chunk);
    input.progress(data.length, 0);
  }
}

/** A file that is in memory as a whole. */
export function memoryBytes(bytes: Uint8Array): FileBytes {
  return { byteLength: bytes.length, readAhead: Number.POSITIVE_INFINITY, read: (start, end) => bytes.subarray(start, end) };
}

function fileBytes(fd: number, byteLength: number): FileBytes {
  return {
    byteLength,
    readAhead: READ_AHEAD_BYTES,
    read(start, end, room) {
      const bytes = room(end - start);
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(fd, bytes, at, bytes.length - at, start + at);
        if (read === 0) throw new Error(`the file ends before byte ${end}`);
        at += read;
      }
      return bytes;
    },
  };
}

function access(bytes: FileBytes): Omit<RandomAccess, "close"> {
  const slice = (start: number, end = bytes.byteLength): ArrayBuffer => {
    const from = start < 0 ? Math.max(0, bytes.byteLength + start) : start;
    return new Uint8Array(bytes.read(from, Math.min(end, bytes.byteLength), newRoom)).buffer;
  };
  return { bytes, file: { byteLength: bytes.byteLength, slice } };
}
