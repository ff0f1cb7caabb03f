// A Session as the credential provider of an SDK client.
import type { Session } from "./session.ts";

/** The SDK asks its provider again only within five minutes of the stated end, so it is told a nearer one: then a renewal, or S3's complaint, reaches the client at its next call. */
const asks_again_ms = 60_000;

export interface SdkIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration: Date;
}

export function sdkCredentials(session: Session): () => Promise<SdkIdentity> {
  return async () => {
    const held = await session.credentials();
    const expiration = new Date(Math.min(held.expiresAt ?? Number.POSITIVE_INFINITY, Date.now() + asks_again_ms));
    return {
      accessKeyId: held.accessKeyId,
      secretAccessKey: held.secretAccessKey,
      ...(held.sessionToken === undefined ? {} : { sessionToken: held.sessionToken }),
      expiration,
    };
  };
}
