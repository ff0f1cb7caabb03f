// Reading a setting that may be refused: preflight reports what it could not read, and goes on with the rest.
import { CallRefused } from "../refusal.ts";
import type { Reading } from "./facts.ts";

/** Only S3's refusals become readings; anything else is a bug and is thrown. */
export async function reading<T>(answer: Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await answer };
  } catch (error) {
    if (error instanceof CallRefused) return { ok: false, refused: error };
    throw error;
  }
}

/** The same, where a server that has no such feature answers NotImplemented: then the feature is not in use. */
export async function featureReading<T>(unused: T, answer: Promise<T>): Promise<Reading<T>> {
  const read = await reading(answer);
  return !read.ok && (read.refused.code === "NotImplemented" || read.refused.status === 501) ? { ok: true, value: unused } : read;
}
