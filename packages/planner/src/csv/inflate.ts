// A gzip file of one or more members as text in large pieces. A stream that ends early, or has other bytes after its end, is an error and never a shorter report.
import { createGunzip, type Gunzip } from "node:zlib";
import { PlanError } from "../error.ts";
import { READ_BYTES } from "../limits.ts";
import type { DataFile } from "../source/manifest.ts";
import type { VerifiedBytes } from "../source/verify.ts";

/** A piece is good until the next one is asked for. */
export async function* inflate(data: VerifiedBytes, file: DataFile): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  let refused: unknown;
  feed(data, gunzip).catch((error: unknown) => {
    refused = error;
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  let last: Buffer | undefined;
  try {
    for await (const piece of gunzip) {
      last = piece as Buffer;
      yield last;
      if (isFull(last)) release(last);
    }
  } catch (error) {
    // What the source of the bytes said is no fault of the file.
    if (error instanceof PlanError || error === refused) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const what =
      reason === "unexpected end of file"
        ? "its gzip stream ends too early"
        : `it is not gzip data from its beginning to its end (${reason})`;
    throw corrupt(file, what, error);
  } finally {
    gunzip.destroy();
  }
  // zlib is done with it, full or not.
  if (last !== undefined) release(last);
  // zlib takes zeros after the last member for padding; S3 writes none.
  if (gunzip.bytesWritten !== data.length)
    throw corrupt(file, `bytes that are not gzip follow the end of its stream at byte ${gunzip.bytesWritten}`);
  if (data.length === 0) throw corrupt(file, "it is empty, and not even an empty gzip file");
}

/** Two pieces at most are under way at once: the first is done with before the third is asked for. */
async function feed(data: VerifiedBytes, gunzip: Gunzip): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  for await (const piece of data.bytes) {
    // Whatever goes wrong in there is told to whoever reads from it.
    const taken = new Promise<void>((resolve) => gunzip.write(piece, () => resolve()));
    await before;
    before = taken;
    if (gunzip.destroyed) return;
  }
  gunzip.end();
}

/** zlib will not write behind the piece, in the same allocation. */
const isFull = ({ buffer, byteOffset, byteLength }: Buffer): boolean => byteOffset + byteLength === buffer.byteLength;

/**
 * Gives the memory of a piece back at once, and with it that of the pieces before it in the same allocation. Left to the garbage collector, a mebibyte for each
 * piece makes it mark the whole heap some forty times for each million rows, and the last ones of some sixty files pile up before it looks.
 */
function release({ buffer }: Buffer): void {
  // Short pieces that waited together come as one, in memory that node shares among all short Buffers.
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength >= READ_BYTES) buffer.transfer(0);
}

const corrupt = (file: DataFile, what: string, cause?: unknown): PlanError =>
  new PlanError(
    "data-file-corrupt",
    `The data file ${file.key} cannot be read to its end: ${what}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    { cause },
  );
