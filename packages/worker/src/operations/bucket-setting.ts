// A setting of the bucket, asked by the bucket owner through an SDK client. What may pass (the network, throttling, a server's error) brings the
// batch back by itself; what cannot (a deleted key, a bucket that is gone, another Region) pauses the account, so that somebody sees it.
import { type Session, SessionError, sdkFailure } from "@quitclaim/aws";
import { PauseAccount, TryLater } from "../halt.ts";

/** `what` begins a sentence. Throws TryLater, PauseAccount, SessionError. A session that S3 calls expired is renewed once. */
export async function askSetting<T>(session: Session, what: string, ask: () => Promise<T>): Promise<T> {
  for (let renewed = false; ; renewed = true) {
    const { generation } = await session.credentials();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof SessionError || !(error instanceof Error)) throw error;
      const { kind, meaning, fix } = sdkFailure(error);
      if (kind === "expired" && !renewed) {
        await session.expired(generation);
        continue;
      }
      if (kind === "transient" || kind === "throttled") throw new TryLater(`${what} cannot be read: ${meaning}`, { cause: error });
      throw new PauseAccount(
        `${what} cannot be read by the bucket owner (${session.label}): ${meaning} ${fix} Nothing was marked as failed; when it is mended, resume this account.`,
        { cause: error },
      );
    }
  }
}

/** The setting as it was at most `freshMs` ago; `again` asks now. Whoever asks at once shares one question; a failure is told to them, and not remembered. */
export function freshSetting<T>(session: Session, what: string, freshMs: number, ask: () => Promise<T>): (again?: boolean) => Promise<T> {
  let read: Promise<T> | undefined;
  let readAt = 0;
  return (again = false) => {
    if (again || read === undefined || Date.now() - readAt > freshMs) {
      readAt = Date.now();
      const asked = askSetting(session, what, ask);
      read = asked;
      asked.catch(() => {
        if (read === asked) read = undefined;
      });
    }
    return read;
  };
}
