// Sessions against a real STS: renewed ahead of time, once for everybody, and refused in sentences that say what to change.
import { GetObjectAclCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  leanObjectCalls,
  openSession,
  openWire,
  proveCanonicalId,
  proveIdentity,
  type RefusalKind,
  type Session,
  SessionError,
  sessionName,
  sessionPolicy,
} from "../src/index.ts";
import { openWorld, type World } from "./support/sandbox.ts";
import { openScriptedServer, type ScriptedServer } from "./support/scripted-server.ts";

let world: World;
let sts: ScriptedServer;
beforeAll(async () => {
  world = await openWorld("sessions", { externalIds: true });
  sts = await openScriptedServer();
});
afterAll(async () => {
  await sts?.close();
  await world?.close();
});

const accountOf = (index: number) => world.sandbox.accounts[index] as World["sandbox"]["accounts"][number];

/** A role session at the scripted STS, on a clock of the test's own. */
function scriptedRole(clock: () => number, lifeMs: number): { session: Session; issued: () => number } {
  let issued = 0;
  sts.answer(({ body }, response) => {
    if (!body.toString().includes("Action=AssumeRole")) throw new Error("only AssumeRole is expected");
    issued += 1;
    const until = new Date(clock() + lifeMs).toISOString();
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIA${issued}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t${issued}</SessionToken><Expiration>${until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
  const session = openSession(
    {
      kind: "role",
      roleArn: "arn:aws:iam::222233334444:role/quitclaim",
      sessionName: "quitclaim-test",
      base: { kind: "keys", accessKeyId: "AKIA", secretAccessKey: "s" },
    },
    { region: "us-east-1", endpoint: sts.endpoint },
    clock,
  );
  return { session, issued: () => issued };
}

const stsErrorXml = (type: "Sender" | "Receiver", code: string, message: string): string =>
  `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
const refusalOf = (promise: Promise<unknown>): Promise<SessionError> =>
  promise.then(
    () => expect.fail("a session was had"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(SessionError);
      return error as SessionError;
    },
  );

describe("a session", () => {
  it("asks for an hour, and is fetched once for all who ask at the same time", async () => {
    const { session, issued } = scriptedRole(Date.now, 3_600_000);
    expect(session.fresh()).toBeUndefined();
    const all = await Promise.all(Array.from({ length: 50 }, () => session.credentials()));
    expect(new Set(all).size).toBe(1);
    expect(issued()).toBe(1);
    expect(session.fresh()).toBe(all[0]);
    expect(sts.received.at(-1)?.body.toString()).toContain("DurationSeconds=3600");
  });

  it("is renewed more than five minutes ahead of its end, behind the callers' backs", async () => {
    let now = Date.UTC(2026, 9, 1);
    const { session, issued } = scriptedRole(() => now, 3_600_000);
    const first = await session.credentials();
    now += 53 * 60_000;
    expect(session.fresh()).toBe(first);
    expect(issued()).toBe(1);
    now += 90_000;
    // Still handed out, without waiting; and the renewal is on its way.
    expect(session.fresh()).toBe(first);
    await expect.poll(() => session.fresh()?.generation).toBe(2);
    expect(issued()).toBe(2);
  });

  it("that lives 20 seconds is renewed within them", async () => {
    let now = Date.UTC(2026, 9, 1);
    const { session } = scriptedRole(() => now, 20_000);
    const first = await session.credentials();
    now += 14_000;
    expect(session.fresh()).toBe(first);
    now += 2_000;
    expect(session.fresh()).toBe(first);
    await expect.poll(() => session.fresh()?.generation).toBe(2);
    now += 19_500;
    expect(session.fresh()).toBeUndefined();
    expect((await session.credentials()).generation).toBe(3);
  });

  it("goes on with the old credentials while STS is away, and says so only once they are spent", async () => {
    let now = Date.UTC(2026, 9, 1);
    const { session, issued } = scriptedRole(() => now, 3_600_000);
    const first = await session.credentials();
    sts.answer((_, response) => {
      response.writeHead(400);
      response.end(stsErrorXml("Sender", "AccessDenied", "no"));
    });
    const asked = sts.received.length;
    now += 55 * 60_000;
    expect(session.fresh()).toBe(first);
    await expect.poll(() => sts.received.length).toBeGreaterThan(asked);
    expect(session.fresh()).toBe(first);
    now += 5 * 60_000;
    expect(session.fresh()).toBeUndefined();
    expect((await refusalOf(session.credentials())).reason).toBe("trust-policy");
    expect(issued()).toBe(1);
  });

  it("is renewed once however many complain, and deaf to complaints about older credentials", async () => {
    const { session, issued } = scriptedRole(Date.now, 3_600_000);
    const { generation } = await session.credentials();
    const renewed = await Promise.all(Array.from({ length: 20 }, () => session.expired(generation)));
    expect(issued()).toBe(2);
    expect(new Set(renewed.map((credentials) => credentials.generation))).toEqual(new Set([2]));
    expect((await session.expired(generation)).generation).toBe(2);
    expect(issued()).toBe(2);
  });

  it("renews itself when S3 calls its token expired, so that repeating the call is enough", async () => {
    const session = world.role(1);
    const wire = openWire(world.target, { connections: 2 });
    const lean = leanObjectCalls(wire, { session });
    await world.client(session).send(new PutObjectCommand({ Bucket: "sessions", Key: "k", Body: "x" }));
    const { generation, ...issued } = await session.credentials();
    expect((await lean.putObjectAcl({ bucket: "sessions", key: "k" }, "bucket-owner-full-control")).ok).toBe(true);
    for (const end of ["put", "head", "sdk"]) {
      world.sandbox.book.expireSessions({});
      if (end === "put")
        expect(await lean.putObjectAcl({ bucket: "sessions", key: "k" }, "bucket-owner-full-control")).toMatchObject({
          kind: "expired" satisfies RefusalKind,
        });
      if (end === "head")
        expect(await lean.headObject({ bucket: "sessions", key: "k" })).toMatchObject({ kind: "expired" satisfies RefusalKind });
      if (end === "sdk") await world.client(session).send(new GetObjectAclCommand({ Bucket: "sessions", Key: "k" }));
      expect((await lean.headObject({ bucket: "sessions", key: "k" })).ok).toBe(true);
    }
    expect((await session.credentials()).generation).toBe(generation + 3);
    expect((await session.credentials()).accessKeyId).not.toBe(issued.accessKeyId);
    await wire.close();
  });
});

describe("a refused session", () => {
  const role = (index: number, change: { externalId?: string | undefined; keysOf?: number } = {}) => {
    const { arn, externalId } = accountOf(index).roles[0] as { arn: string; externalId?: string };
    const given = "externalId" in change ? change.externalId : externalId;
    return openSession(
      {
        kind: "role",
        roleArn: arn,
        sessionName: "quitclaim-test",
        base: world.keys(change.keysOf ?? 0),
        ...(given === undefined ? {} : { externalId: given }),
      },
      world.sts,
    );
  };

  it("says which principal needs which statement in the role's trust policy", async () => {
    const error = await refusalOf(role(1, { keysOf: 2 }).credentials());
    expect(error.reason).toBe("trust-policy");
    expect(error.message).toContain(accountOf(2).accountId);
    expect(error.message).toContain(accountOf(1).roles[0]?.arn);
    expect(error.message).toContain('"Action":"sts:AssumeRole"');
    expect(error.message).toContain("sts:ExternalId");
    expect(error.message).not.toContain(accountOf(1).roles[0]?.externalId);
  });

  it("names the policy whose Deny it was, where AWS says so", async () => {
    sts.answer((_, response) => {
      response.writeHead(403);
      response.end(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:sts::111122223333:assumed-role/runner/i-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222233334444:role/quitclaim with an explicit deny in a service control policy</Message></Error></ErrorResponse>",
      );
    });
    const base = { kind: "keys", accessKeyId: "AKIA", secretAccessKey: "s" } as const;
    const spec = { kind: "role", roleArn: "arn:aws:iam::222233334444:role/quitclaim", sessionName: "quitclaim-test", base } as const;
    const error = await refusalOf(openSession(spec, { region: "us-east-1", endpoint: sts.endpoint }).credentials());
    expect(error.reason).toBe("trust-policy");
    expect(error.message).toMatch(
      /^arn:aws:iam::111122223333:role\/runner may not assume .*a Deny in a service control policy stops it.*organization's/,
    );
  });

  it("names the external ID where one is missing or wrong, and never shows it", async () => {
    expect((await refusalOf(role(1, { externalId: undefined }).credentials())).message).toContain("set externalId");
    const wrong = await refusalOf(role(1, { externalId: "wrong-one" }).credentials());
    expect(wrong.message).toContain("the external ID of the campaign file is not the one");
    expect(wrong.message).not.toContain("wrong-one");
    expect((await refusalOf(role(1, { externalId: "!" }).credentials())).reason).toBe("external-id");
  });

  it("names keys that STS does not know, unreachable endpoints and throttling", async () => {
    const base = { kind: "keys", accessKeyId: "AKIAUNKNOWN000000000", secretAccessKey: "s" } as const;
    const spec = { kind: "role", roleArn: accountOf(1).roles[0]?.arn ?? "", sessionName: "quitclaim-test", base } as const;
    expect((await refusalOf(openSession(spec, world.sts).credentials())).reason).toBe("no-credentials");
    const nowhere = { region: "us-east-1", endpoint: "http://127.0.0.1:1" };
    expect(await refusalOf(openSession(spec, nowhere).credentials())).toMatchObject({ reason: "network", passing: true });
    sts.answer((_, response) => {
      response.writeHead(400);
      response.end(stsErrorXml("Sender", "Throttling", "Rate exceeded"));
    });
    expect(await refusalOf(openSession(spec, { region: "us-east-1", endpoint: sts.endpoint }).credentials())).toMatchObject({
      reason: "throttled",
      passing: true,
    });
    const profile = await refusalOf(openSession({ kind: "profile", profile: "no-such-profile-here" }, world.sts).credentials());
    expect(profile).toMatchObject({ reason: "no-credentials" });
    expect(profile.message).toContain("aws sts get-caller-identity --profile no-such-profile-here");
  });

  it("renews the base session first, where it is that one which has expired", async () => {
    const base = world.role(0);
    const { arn, externalId = "" } = accountOf(1).roles[0] as { arn: string; externalId?: string };
    const session = openSession({ kind: "role", roleArn: arn, externalId, sessionName: "quitclaim-test", base }, world.sts);
    const { generation } = await session.credentials();
    world.sandbox.book.expireSessions({});
    expect((await session.expired(generation)).generation).toBe(2);
    expect((await base.credentials()).generation).toBe(2);
  });

  it("comes to the object calls as a refusal, never as an exception", async () => {
    const wire = openWire(world.target, { connections: 1 });
    const lean = leanObjectCalls(wire, { session: role(1, { keysOf: 2 }) });
    const refused = await lean.headObject({ bucket: "sessions", key: "k" });
    expect(refused).toMatchObject({ ok: false, kind: "denied", code: "NoSession", httpStatus: 0, unknownOutcome: false });
    expect(refused.ok ? "" : refused.message).toContain("may not assume");
    await wire.close();
  });
});

describe("identity", () => {
  it("is what STS and S3 say of the session: account, canonical ID, principal", async () => {
    const endpoints = { s3: world.target, sts: world.sts };
    const { accountId, canonicalId } = accountOf(1);
    expect(await proveIdentity(world.role(1), endpoints)).toEqual({
      accountId,
      canonicalId,
      arn: `arn:aws:sts::${accountId}:assumed-role/quitclaim/quitclaim-test`,
    });
    expect(await proveIdentity(world.keys(1), endpoints)).toMatchObject({ accountId, canonicalId });
    expect(await proveCanonicalId(world.keys(2), world.target)).toEqual({ canonicalId: accountOf(2).canonicalId });
  });

  it("is still proven under the session policy, which otherwise leaves nothing but the one bucket", async () => {
    const { arn, externalId = "" } = accountOf(1).roles[0] as { arn: string; externalId?: string };
    const session = openSession(
      {
        kind: "role",
        roleArn: arn,
        externalId,
        sessionName: sessionName("lake 2026/ü"),
        sessionPolicy: sessionPolicy("sessions", ["acl"]),
        base: world.keys(0),
      },
      world.sts,
    );
    expect((await proveIdentity(session, { s3: world.target, sts: world.sts })).canonicalId).toBe(accountOf(1).canonicalId);
    await world.client(world.keys(1)).send(new PutObjectCommand({ Bucket: "sessions", Key: "mine", Body: "x" }));
    const wire = openWire(world.target, { connections: 1 });
    const lean = leanObjectCalls(wire, { session });
    expect((await lean.putObjectAcl({ bucket: "sessions", key: "mine" }, "bucket-owner-full-control")).ok).toBe(true);
    expect((await lean.headObject({ bucket: "sessions", key: "mine" })).ok).toBe(true);
    const put = world.client(session).send(new PutObjectCommand({ Bucket: "sessions", Key: "new", Body: "x" }));
    await expect(put).rejects.toMatchObject({ name: "AccessDenied" });
    await world.client(session).send(new ListBucketsCommand({}));
    await wire.close();
  });

  it("is asked again with a new session where the first one ended meanwhile", async () => {
    const { accountId, canonicalId } = accountOf(1);
    let asked = 0;
    sts.answer((_, response) => {
      if (++asked <= 2) {
        response.writeHead(403, { "content-type": "text/xml" });
        response.end(stsErrorXml("Sender", "ExpiredToken", "The security token included in the request is expired"));
      } else {
        response.writeHead(200, { "content-type": "text/xml" });
        response.end(
          `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${accountId}</Account><Arn>arn:x</Arn><UserId>u</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        );
      }
    });
    const scripted = { region: "us-east-1", endpoint: sts.endpoint };
    expect(await proveIdentity(world.role(1), { s3: world.target, sts: scripted })).toEqual({ accountId, canonicalId, arn: "arn:x" });
    expect(asked).toBe(3);
  });

  it("is not refused by a server that is in trouble: that passes", async () => {
    sts.answer((_, response) => {
      response.writeHead(500, { "content-type": "text/xml" });
      response.end(stsErrorXml("Receiver", "InternalFailure", "We encountered an internal error. Please try again."));
    });
    const scripted = { region: "us-east-1", endpoint: sts.endpoint };
    const refusal = await refusalOf(proveIdentity(world.role(1), { s3: world.target, sts: scripted }));
    expect(refusal.passing).toBe(true);
    expect(refusal.message).toMatch(/sts:GetCallerIdentity failed \(InternalFailure: .*tried again/);
  });

  it("says which permission ListBuckets needs", async () => {
    const { arn, externalId = "" } = accountOf(1).roles[0] as { arn: string; externalId?: string };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] });
    const session = openSession(
      { kind: "role", roleArn: arn, externalId, sessionName: "quitclaim-test", sessionPolicy: policy, base: world.keys(0) },
      world.sts,
    );
    expect((await refusalOf(proveIdentity(session, { s3: world.target, sts: world.sts }))).message).toContain("s3:ListAllMyBuckets");
  });
});

describe("the session policy", () => {
  it("fits STS's limit for the longest bucket name and all operations", () => {
    const policy = sessionPolicy("b".repeat(63), undefined, "aws-us-gov");
    expect(policy.length).toBeLessThanOrEqual(2_048);
    expect(policy).toContain(`arn:aws-us-gov:s3:::${"b".repeat(63)}/*`);
    expect(sessionPolicy("b", ["acl"])).not.toMatch(/kms:|s3:PutObject"/);
  });

  it("has a session name that STS takes, whatever the campaign is called", () => {
    for (const campaign of ["lake-2026", "a b/ü", "x".repeat(100)]) expect(sessionName(campaign)).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});
