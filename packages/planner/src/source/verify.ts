// A data file as it is read: every byte goes through the MD5 and the count, once, on its way to the reader.
import { createHash } from "node:crypto";
import { PlanError } from "../error.ts";
import type { DataFile } from "./manifest.ts";

export interface VerifiedBytes {
  /** The file's bytes. Ends only after size and MD5 were found right; rejects with PlanError where they are not. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Reads what is left without using it, so that a damaged transfer is told before the nonsense that it caused: rejects where size or MD5 are not right, or could not be had. */
  drain(): Promise<void>;
  /** Bytes so far. */
  readonly length: number;
}

export function verified(input: AsyncIterable<Uint8Array>, file: DataFile): VerifiedBytes {
  const hash = createHash("md5");
  let length = 0;
  let failure: { readonly error: unknown } | undefined;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      hash.update(chunk);
      length += chunk.byteLength;
      if (length > file.size) throw sizeError(file, `at least ${length}`);
      yield chunk;
    }
    if (length !== file.size) throw sizeError(file, String(length));
    assertMd5(file, hash.digest("hex"));
  }
  const bytes = pass();
  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    try {
      return await bytes.next();
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next }) },
    async drain() {
      for (let step = await next(); step.done !== true; ) step = await next();
      // It may have been thrown to a reader that had given up already.
      if (failure !== undefined) throw failure.error;
    },
    get length() {
      return length;
    },
  };
}

/** Throws PlanError where `found` is not the MD5 that the manifest says. */
export function assertMd5(file: DataFile, found: string): void {
  if (found === file.md5) return;
  throw new PlanError(
    "data-file-md5",
    `The data file ${file.key} has MD5 ${found}, its manifest says ${file.md5}: it was changed or damaged after S3 wrote it. Fetch it again, or plan from another report.`,
  );
}

export function sizeError(file: DataFile, found: string): PlanError {
  return new PlanError(
    "data-file-size",
    `The data file ${file.key} has ${found} bytes, its manifest says ${file.size}: it was cut off or replaced. Fetch it again, or plan from another report.`,
  );
}
