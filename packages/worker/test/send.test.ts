import type { Answer, Credentials, RefusalKind } from "@quitclaim/aws";
import { SessionError } from "@quitclaim/aws";
import { accountId } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { TryLater } from "../src/halt.ts";
import { EXPIRED_ANSWERS_MAX, TRANSIENT_ATTEMPTS_MAX } from "../src/limits.ts";
import { type Principal, send, type Turnstile } from "../src/retry/send.ts";
import { Stopped } from "../src/stopped.ts";

const ok: Answer<string> = { ok: true, value: "done", httpStatus: 200, requestId: "r" };
const refusal = (kind: RefusalKind, httpStatus = 500): Answer<string> => ({
  ok: false,
  kind,
  code: kind,
  message: "",
  httpStatus,
  requestId: "",
  unknownOutcome: kind === "transient",
});

/** A script of answers, and what happened on the way to them. */
function scene(answers: Answer<string>[], signal = new AbortController().signal, greeting = ok) {
  const seen = { calls: 0, renewals: 0, throttled: 0, inside: 0, greetings: 0 };
  let generation = 1;
  const credentials = (): Credentials => ({ accessKeyId: "k", secretAccessKey: "s", generation });
  const principal: Principal = {
    account: accountId("222233334444"),
    calls: {} as Principal["calls"],
    greet: async () => {
      seen.greetings++;
      return greeting;
    },
    session: {
      label: "test",
      fresh: credentials,
      credentials: async () => credentials(),
      expired: async (complained) => {
        if (complained === generation) {
          generation++;
          seen.renewals++;
        }
        return credentials();
      },
    },
  };
  const turnstile: Turnstile = {
    signal,
    enter: () => {
      seen.inside++;
      return undefined;
    },
    leave: (_, throttled) => {
      seen.inside--;
      if (throttled) seen.throttled++;
    },
    lastWord: () => undefined,
  };
  const call = async (): Promise<Answer<string>> => {
    const answer = answers[seen.calls++];
    if (answer === undefined) throw new Error("one call too many");
    return answer;
  };
  return { seen, principal, turnstile, call };
}

describe("bringing one request to an answer", () => {
  it("repeats what fails in passing, a few times, and counts the attempts", async () => {
    const s = scene([refusal("transient"), refusal("transient"), ok]);
    expect(await send(s.principal, s.turnstile, s.call)).toEqual({ answer: ok, attempts: 3 });
    const all = scene(Array.from({ length: TRANSIENT_ATTEMPTS_MAX }, () => refusal("transient")));
    const end = await send(all.principal, all.turnstile, all.call);
    expect(end.attempts).toBe(TRANSIENT_ATTEMPTS_MAX);
    expect(end.answer.ok).toBe(false);
  });

  it("fails no object for a silence that S3 keeps to everybody, and does fail it where S3 answers something else", async () => {
    const silence = (n: number) => Array.from({ length: n }, () => refusal("transient", 0));
    const away = scene([refusal("transient", 500), ...silence(TRANSIENT_ATTEMPTS_MAX)], undefined, refusal("transient", 0));
    await expect(send(away.principal, away.turnstile, away.call)).rejects.toBeInstanceOf(TryLater);
    expect(away.seen).toMatchObject({ calls: TRANSIENT_ATTEMPTS_MAX, greetings: 1, inside: 0 });
    const own = scene(silence(TRANSIENT_ATTEMPTS_MAX + 1), undefined, refusal("denied", 403));
    expect(await send(own.principal, own.turnstile, own.call)).toMatchObject({
      answer: { ok: false },
      attempts: TRANSIENT_ATTEMPTS_MAX + 1,
    });
    expect(own.seen).toMatchObject({ greetings: 1, inside: 0 });
    const back = scene([...silence(TRANSIENT_ATTEMPTS_MAX), ok]);
    expect((await send(back.principal, back.turnstile, back.call)).answer).toEqual(ok);
  });

  it("never repeats a copy whose answer may be lost", async () => {
    const s = scene([refusal("transient"), ok]);
    expect((await send(s.principal, s.turnstile, s.call, "never")).answer.ok).toBe(false);
    expect(s.seen.calls).toBe(1);
  });

  it("repeats what S3 refused to begin with without counting it: throttled and expired", async () => {
    const s = scene([refusal("throttled", 503), refusal("expired", 400), ok]);
    expect(await send(s.principal, s.turnstile, s.call, "never")).toEqual({ answer: ok, attempts: 1 });
    expect(s.seen).toMatchObject({ calls: 3, renewals: 1, throttled: 1, inside: 0 });
  });

  it("bears sessions that end as soon as they are had, and says nothing about the object", async () => {
    const s = scene([...Array.from({ length: 5 }, () => refusal("expired", 400)), ok]);
    expect(await send(s.principal, s.turnstile, s.call, "never")).toEqual({ answer: ok, attempts: 1 });
    expect(s.seen).toMatchObject({ calls: 6, renewals: 5 });
  });

  it("gives the account up, and never the object, where every new session is called expired", async () => {
    const s = scene(Array.from({ length: EXPIRED_ANSWERS_MAX }, () => refusal("expired", 400)));
    await expect(send(s.principal, s.turnstile, s.call)).rejects.toThrow(
      /10 new sessions of this account expired.*clock.*Nothing was marked as failed/s,
    );
    expect(s.seen.inside).toBe(0);
  });

  it.each(["denied", "gone", "precondition", "enforced", "archived", "failed"] as const)("takes %s for an answer", async (kind) => {
    const s = scene([refusal(kind, 403)]);
    expect(await send(s.principal, s.turnstile, s.call)).toEqual({ answer: refusal(kind, 403), attempts: 1 });
  });

  it("says nothing about an object whose request the stop cut off", async () => {
    const stop = new AbortController();
    const s = scene([refusal("transient", 0)], stop.signal);
    const call = async (): Promise<Answer<string>> => {
      stop.abort();
      return s.call();
    };
    await expect(send(s.principal, s.turnstile, call)).rejects.toBeInstanceOf(Stopped);
    expect(s.seen.inside).toBe(0);
  });

  it("passes on that a session cannot be had, and holds no turn meanwhile", async () => {
    const s = scene([ok]);
    const refused = new SessionError("trust-policy", "the role does not trust us");
    const principal: Principal = {
      ...s.principal,
      session: { ...s.principal.session, fresh: () => undefined, credentials: () => Promise.reject(refused) },
    };
    await expect(send(principal, s.turnstile, s.call)).rejects.toBe(refused);
    expect(s.seen.inside).toBe(0);
  });
});
