/**
 * What the S3 tests stand on: a sandbox with a few accounts, SDK clients for them, and raw requests signed by a signer of the
 * tests' own (written from the AWS document, sharing nothing with the server's).
 */
import { createHash, createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { PutBucketOwnershipControlsCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { type AccountSpec, type Sandbox, type SandboxOptions, startSandbox } from "../../src/index.ts";

export interface Bench {
  readonly sandbox: Sandbox;
  /** Owner of the buckets the tests make. */
  readonly owner: AccountSpec;
  /** Uploads into them. */
  readonly uploader: AccountSpec;
  /** Neither. */
  readonly third: AccountSpec;
  readonly as: (account: AccountSpec) => S3Client;
  readonly close: () => Promise<void>;
}

export async function startBench(options: SandboxOptions = {}): Promise<Bench> {
  const sandbox = await startSandbox({ accounts: 3, bucketDefaults: "legacy", ...options });
  const [owner, uploader, third] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
  const clients = new Map<string, S3Client>();
  return {
    sandbox,
    owner,
    uploader,
    third,
    as: (account) => {
      const known = clients.get(account.accountId) ?? clientOf(sandbox, account);
      clients.set(account.accountId, known);
      return known;
    },
    close: async () => {
      for (const client of clients.values()) client.destroy();
      await sandbox.close();
    },
  };
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function clientOf(sandbox: Sandbox, keys: Keys): S3Client {
  return new S3Client({
    endpoint: sandbox.endpoint,
    region: sandbox.region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    },
    maxAttempts: 1,
  });
}

/** The refusal of a call: `AccessDenied 403`, or `ok`. HEAD refusals have no code, only a status. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    return `${error.name} ${error.$metadata.httpStatusCode}`;
  }
}

export async function refusal(call: Promise<unknown>): Promise<S3ServiceException> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) return error;
    throw error;
  }
  return expect.fail("the call was accepted");
}

export type Mode = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter" | "none";

export async function setMode(client: S3Client, bucket: string, mode: Exclude<Mode, "none">): Promise<void> {
  await client.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: { Rules: [{ ObjectOwnership: mode }] } }));
}

/** A policy that lets an account do everything with a bucket. */
export function openTo(bucket: string, account: AccountSpec, actions: readonly string[] = ["s3:*"]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
        Action: actions,
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  });
}

export interface RawRequest {
  readonly method: string;
  /** As on the wire, percent-encoded by the caller. */
  readonly path: string;
  /** As on the wire. */
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** `<Code>` of an error. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

export function send(sandbox: Sandbox, raw: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(raw.body ?? "");
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port: sandbox.port,
        method: raw.method,
        path: raw.query === undefined || raw.query === "" ? raw.path : `${raw.path}?${raw.query}`,
        headers: { host: `127.0.0.1:${sandbox.port}`, ...(body.length > 0 ? { "content-length": body.length } : {}), ...raw.headers },
        agent: false,
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () => {
          const answer = Buffer.concat(pieces);
          const text = answer.toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: answer,
            code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1],
            message: /<Message>([^<]*)<\/Message>/.exec(text)?.[1],
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, data: string): Buffer => createHmac("sha256", key).update(data).digest();

export function amzDate(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** RFC 3986, what SigV4 asks for. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export const encodeKey = (key: string): string => key.split("/").map(encode).join("/");

export interface SigningOptions {
  readonly at?: Date;
  readonly region?: string;
  readonly service?: string;
  readonly payloadHash?: string;
}

export function signingKey(keys: Keys, date: string, region: string, service: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${keys.secretAccessKey}`, date), region), service), "aws4_request");
}

/** Adds the Authorization header. Query given as encoded pairs is sorted for the canonical form. */
export function signed(sandbox: Sandbox, keys: Keys, raw: RawRequest, options: SigningOptions = {}): RawRequest {
  const date = amzDate(options.at ?? new Date());
  const region = options.region ?? sandbox.region;
  const service = options.service ?? "s3";
  const payloadHash = options.payloadHash ?? sha256(raw.body ?? "");
  const headers: Record<string, string> = {
    host: `127.0.0.1:${sandbox.port}`,
    ...raw.headers,
    "x-amz-date": date,
    "x-amz-content-sha256": payloadHash,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonicalQuery = (raw.query ?? "")
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
  const canonical = [
    raw.method,
    raw.path,
    canonicalQuery,
    ...names.map((name) => `${name}:${(headers[name] as string).trim()}`),
    "",
    names.join(";"),
    payloadHash,
  ].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const signature = createHmac("sha256", signingKey(keys, date.slice(0, 8), region, service))
    .update(toSign)
    .digest("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...raw, headers };
}
