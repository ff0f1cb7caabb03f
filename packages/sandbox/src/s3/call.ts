/**
 * One S3 call under way: the request, its sender, the operation it named, the bucket and key it is aimed at. Operations get
 * nothing else.
 */
import type { AccountBook } from "../account/book.ts";
import type { Principal } from "../account/principal.ts";
import { anonymousCanonicalId } from "../acl/acl.ts";
import type { InboundRequest, Reply } from "../http/exchange.ts";
import type { CallSummary, WriteLog } from "../http/hooks.ts";
import { accessDenied, noSuchBucket, S3Error } from "../http/s3-error.ts";
import type { KeyRing } from "../kms/keys.ts";
import { requestContext } from "../request-context.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Store } from "../store/store.ts";

/** What operations work on; one for each sandbox. */
export interface World {
  readonly store: Store;
  readonly book: AccountBook;
  readonly keys: KeyRing;
  readonly writes: WriteLog;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `aws`: new buckets are enforced and block public access (since April 2023); `legacy`: neither. */
  readonly bucketDefaults: "aws" | "legacy";
  /** Whether PutObjectAcl with bucket-owner-full-control succeeds on an enforced bucket (AWS's own papers disagree). */
  readonly enforcedAcceptsCanned: boolean;
}

export interface Operation {
  /** API name: `PutObjectAcl`. */
  readonly name: string;
  /** `x-amz-checksum-*` headers speak of the object that comes to be, not of the request's body. */
  readonly checksumIsOfObject?: true;
  run(call: Call): Reply | Promise<Reply>;
}

export class Call implements CallSummary {
  readonly world: World;
  readonly request: InboundRequest;
  readonly operation: Operation;
  readonly op: string;
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly principal: Principal;
  readonly accountId: string | undefined;
  readonly arn: string;
  /** Of the sender; the anonymous ID without a signature. */
  readonly canonicalId: string;
  readonly requestId: string;
  #context: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(world: World, request: InboundRequest, operation: Operation, bucket: string | undefined, key: string | undefined) {
    const { principal } = request;
    this.world = world;
    this.request = request;
    this.operation = operation;
    this.op = operation.name;
    this.method = request.method;
    this.bucket = bucket;
    this.key = key;
    this.principal = principal;
    this.accountId = principal.kind === "anonymous" ? undefined : principal.accountId;
    this.arn = principal.kind === "anonymous" ? "anonymous" : principal.arn;
    this.canonicalId = principal.kind === "anonymous" ? anonymousCanonicalId : principal.canonicalId;
    this.requestId = request.requestId;
  }

  /** Condition keys of the request, made when a policy first asks. */
  get context(): ReadonlyMap<string, readonly string[]> {
    this.#context ??= requestContext(this.request, this.world.region, this.world.now());
    return this.#context;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The bucket the call is aimed at: 404 when there is none, 403 when it is not the expected account's. */
  target(): Bucket {
    const name = this.bucket ?? "";
    const bucket = this.world.store.bucket(name);
    if (bucket === undefined) throw noSuchBucket(name);
    demandExpectedOwner(this.header("x-amz-expected-bucket-owner"), bucket);
    return bucket;
  }

  /** The key of an object operation. */
  objectKey(): string {
    if (this.key === undefined) throw new Error(`${this.op} was routed without a key`);
    return this.key;
  }

  /** `versionId` parameter; 400 for one that cannot be a version id. */
  versionId(): string | undefined {
    const id = this.request.query.get("versionId");
    if (id !== undefined && !/^[A-Za-z0-9._-]{1,1024}$/.test(id)) throw invalidVersionId(id);
    return id;
  }

  /** Notes an accepted write. */
  record(bucket: Bucket, more: WriteDetails, status = 200): void {
    this.world.writes.record({
      op: this.op,
      bucket: bucket.name,
      key: more.key,
      versionId: more.versionId,
      newVersionId: more.newVersionId,
      accountId: this.accountId ?? "anonymous",
      arn: this.arn,
      status,
      requestId: this.requestId,
      detail: more.detail,
    });
  }
}

export interface WriteDetails {
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
  readonly newVersionId?: string | undefined;
  readonly detail?: Readonly<Record<string, string>> | undefined;
}

const invalidVersionId = (id: string): S3Error =>
  new S3Error(400, "InvalidArgument", "Invalid version id specified", { details: { ArgumentName: "versionId", ArgumentValue: id } });

/** `x-amz-expected-bucket-owner` and its source twin: 403 unless the bucket is that account's. */
export function demandExpectedOwner(expected: string | undefined, bucket: Bucket): void {
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) {
    throw new S3Error(400, "InvalidBucketOwnerAWSAccountID", "The value of the expected bucket owner parameter must be an AWS Account ID", {
      details: { ArgumentValue: expected },
    });
  }
  if (expected !== bucket.accountId) throw accessDenied();
}
