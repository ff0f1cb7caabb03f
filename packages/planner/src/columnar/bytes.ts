// A Parquet data file for reading by ranges, after every byte of it went through the MD5. A Parquet file is read from its end, so the checksum cannot be had on the
// way as with CSV. What is small is read once into memory. What is large is never held: a local file is hashed once from end to end and then read by ranges
// through the same open file (the second reading comes from the page cache, and a file that is replaced meanwhile changes nothing); a remote one is hashed on its
// way into a temporary file, because S3 is asked for each byte once only.
import { closeSync, readSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { AsyncBuffer } from "hyparquet";
import { PARQUET_IN_MEMORY_BYTES_MAX, READ_BYTES } from "../limits.ts";
import { assertLocalSize } from "../reader/open.ts";
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

/** Rejects with PlanError where size or MD5 are not what the manifest says. */
export async function openVerified(input: DataFileInput): Promise<RandomAccess> {
  const { file, location } = input;
  if (location.kind === "local") await assertLocalSize(location.path, file);
  if (file.size <= PARQUET_IN_MEMORY_BYTES_MAX) return inMemory(input);
  if (location.kind === "remote") return spooled(input, location.url);
  const handle = await open(location.path, "r");
  try {
    await pass(input, throughOne(handle, Buffer.allocUnsafeSlow(READ_BYTES)), async () => undefined);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { ...access(fileBytes(handle.fd, file.size)), close: () => handle.close() };
}

/** The same, but a local file's checksum is had on the way. Rejects with PlanError where its size is wrong, or any other file's checksum. */
export async function openOnce(input: DataFileInput): Promise<UnverifiedAccess> {
  const { location } = input;
  if (location.kind === "local") {
    const file = await LocalFile.open(input, location.path);
    return {
      ...access(file),
      get passed() {
        return file.passed;
      },
      begin: (start, end) => file.begin(start, end),
      verify: () => file.verify(),
      close: async () => file.close(),
    };
  }
  return { ...(await openVerified(input)), passed: input.file.size, begin: () => undefined, verify: () => undefined };
}

async function inMemory(input: DataFileInput): Promise<RandomAccess> {
  const { file, location } = input;
  const bytes = Buffer.allocUnsafeSlow(file.size);
  let at = 0;
  if (location.kind === "remote") {
    await pass(input, input.remote.read(location.url), async (chunk) => {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    });
  } else {
    const handle = await open(location.path, "r");
    try {
      await pass(input, pieces(handle, bytes), async () => undefined);
    } finally {
      await handle.close();
    }
  }
  return {
    ...access(memoryBytes(bytes)),
    async close() {
      // Its memory goes back at once; the collector would let several files' pile up.
      bytes.buffer.transfer(0);
    },
  };
}

/** The file's bytes as they fill `into`. A file that goes on beyond it has a last piece that does not fit, so that its size is found to be wrong. */
async function* pieces(handle: FileHandle, into: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await handle.read(into, at, Math.min(READ_BYTES, into.length - at), at);
    if (bytesRead === 0) return;
    yield into.subarray(at, at + bytesRead);
    at += bytesRead;
  }
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, into.length);
  if (bytesRead > 0) yield buffer;
}

/** The file's bytes from end to end, all through the same memory: each piece is good until the next one. */
async function* throughOne(handle: FileHandle, memory: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(memory, 0, memory.length, at);
    if (bytesRead === 0) return;
    yield memory.subarray(0, bytesRead);
    at += bytesRead;
  }
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
