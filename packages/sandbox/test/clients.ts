/** SDK clients for a running sandbox: one attempt each, so that tests see every answer. */
import { Agent } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { S3ControlClient } from "@aws-sdk/client-s3-control";
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from "@aws-sdk/client-sts";
import type { AccountSpec } from "../src/account/spec.ts";
import type { Sandbox } from "../src/start.ts";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function keysOf(account: AccountSpec): Keys {
  return { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey };
}

const common = (sandbox: Sandbox, keys: Keys) => ({
  endpoint: sandbox.endpoint,
  region: sandbox.region,
  credentials: keys,
  maxAttempts: 1,
});

export function s3For(sandbox: Sandbox, keys: Keys): S3Client {
  return new S3Client({ ...common(sandbox, keys), forcePathStyle: true });
}

export function stsFor(sandbox: Sandbox, keys: Keys): STSClient {
  return new STSClient(common(sandbox, keys));
}

/** The SDK puts the account id before the host name, which an address cannot have: ask for localhost and resolve it by hand. */
export function controlFor(sandbox: Sandbox, keys: Keys): S3ControlClient {
  const httpAgent = new Agent({
    keepAlive: true,
    lookup: (_host, options, found) => {
      if (options.all === true) found(null, [{ address: "127.0.0.1", family: 4 }]);
      else found(null, "127.0.0.1", 4);
    },
  });
  return new S3ControlClient({ ...common(sandbox, keys), endpoint: `http://localhost:${sandbox.port}`, requestHandler: { httpAgent } });
}

/** A session of an account's first role, as keys. */
export async function sessionKeys(
  sandbox: Sandbox,
  caller: Keys,
  account: AccountSpec,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<Keys> {
  const client = stsFor(sandbox, caller);
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: account.roles[0]?.arn, RoleSessionName: "test", ...more }));
  client.destroy();
  if (Credentials?.AccessKeyId === undefined || Credentials.SecretAccessKey === undefined || Credentials.SessionToken === undefined) {
    throw new Error("AssumeRole answered no credentials");
  }
  return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken };
}

/** Code and status of the refusal a call meets. Fails when it meets none. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; status: number | undefined; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error("the call was not refused");
}
