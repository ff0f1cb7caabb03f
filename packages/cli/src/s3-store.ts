// The campaign store below an s3:// prefix: S3's blobs with the errors that a CampaignStore promises. One sentence for one failure, whoever
// meets it, and whether waiting helps.
import { type S3Blobs, S3FileError, SessionError } from "@quitclaim/aws";
import { type CampaignStore, StoreError } from "@quitclaim/campaign";

/** A session that cannot be had for good is told as that: it is the credentials, not the store, that a person has to mend. */
function storeError(error: unknown): unknown {
  if (error instanceof S3FileError) return new StoreError(error.message, { cause: error, passing: error.passing });
  if (error instanceof SessionError && error.passing) return new StoreError(error.message, { cause: error, passing: true });
  return error;
}

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw storeError(error);
  }
}

async function* listed(paths: AsyncIterable<string>): AsyncIterable<string> {
  try {
    yield* paths;
  } catch (error) {
    throw storeError(error);
  }
}

export function s3Store(blobs: S3Blobs): CampaignStore {
  return {
    location: blobs.location,
    read: (path) => told(blobs.read(path)),
    readRange: (path, start, end) => told(blobs.readRange(path, start, end)),
    size: (path) => told(blobs.size(path)),
    write: (path, bytes) => told(blobs.write(path, bytes)),
    create: (path, bytes) => told(blobs.create(path, bytes)),
    list: (prefix) => listed(blobs.list(prefix)),
    remove: (path) => told(blobs.remove(path)),
    // A blob is one request: S3 has all of it or nothing.
    sweep: async () => undefined,
  };
}
