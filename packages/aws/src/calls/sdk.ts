// The object calls over @aws-sdk/client-s3: slower, and the yardstick that the lean ones are held to.
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectAclCommand,
  UpdateObjectEncryptionCommand,
} from "@aws-sdk/client-s3";
import { s3Client } from "../control-plane.ts";
import { copy_headers_ms } from "../limits.ts";
import type { S3Target } from "../target.ts";
import { quoted, unquoted } from "../xml/documents.ts";
import { copySource } from "./copy-headers.ts";
import type { ObjectCallsOptions } from "./lean-exchange.ts";
import type { AccessControlList, Answer, CopyRequest, ObjectAddress, ObjectCalls } from "./object-calls.ts";
import { unreadableRefusal } from "./refusal.ts";
import { attempt, keepStatuses } from "./sdk-attempt.ts";
import { aclOf, aclPolicy, factsOf, replacedInput } from "./sdk-shapes.ts";

/** The SDK's implementation of ObjectCalls. It has connections of its own: close it. */
export function sdkObjectCalls(target: S3Target, options: ObjectCallsOptions): ObjectCalls & { close(): void } {
  const { session, expectedBucketOwner } = options;
  const client = s3Client(session, target, { maxAttempts: 1, requestMs: copy_headers_ms });
  keepStatuses(client);
  const owner = expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner };
  const of = (address: ObjectAddress) => ({
    Bucket: address.bucket,
    Key: address.key,
    ...(address.versionId === undefined ? {} : { VersionId: address.versionId }),
    ...owner,
  });
  const done = (): void => undefined;
  const stop = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });

  function copyInput(request: CopyRequest): CopyObjectCommandInput {
    const { encryption, lock, source, destination } = request;
    return {
      Bucket: destination.bucket,
      Key: destination.key,
      ...owner,
      ...(expectedBucketOwner !== undefined && source.bucket === destination.bucket
        ? { ExpectedSourceBucketOwner: expectedBucketOwner }
        : {}),
      ACL: request.acl,
      CopySource: copySource(source),
      CopySourceIfMatch: quoted(request.sourceIfMatch),
      StorageClass: request.storageClass as NonNullable<CopyObjectCommandInput["StorageClass"]>,
      ...(request.destinationIfMatch === undefined ? {} : { IfMatch: quoted(request.destinationIfMatch) }),
      ...(request.checksumAlgorithm === undefined
        ? {}
        : { ChecksumAlgorithm: request.checksumAlgorithm as NonNullable<CopyObjectCommandInput["ChecksumAlgorithm"]> }),
      ...(lock?.legalHold === undefined ? {} : { ObjectLockLegalHoldStatus: lock.legalHold }),
      ...(lock?.mode === undefined ? {} : { ObjectLockMode: lock.mode as NonNullable<CopyObjectCommandInput["ObjectLockMode"]> }),
      ...(lock?.retainUntil === undefined ? {} : { ObjectLockRetainUntilDate: new Date(lock.retainUntil) }),
      ...(encryption === undefined ? {} : { ServerSideEncryption: encryption.algorithm }),
      ...(encryption?.kmsKeyId === undefined ? {} : { SSEKMSKeyId: encryption.kmsKeyId }),
      ...(encryption?.bucketKey === undefined ? {} : { BucketKeyEnabled: encryption.bucketKey }),
      ...(encryption?.context === undefined ? {} : { SSEKMSEncryptionContext: encryption.context }),
      ...(request.websiteRedirect === undefined ? {} : { WebsiteRedirectLocation: request.websiteRedirect }),
      ...replacedInput(request.replace),
    };
  }

  return {
    async putObjectAcl(address, acl, signal) {
      const how = typeof acl === "string" ? { ACL: acl } : { AccessControlPolicy: aclPolicy(acl) };
      return mapped(
        await attempt(session, { effect: "write" }, () => client.send(new PutObjectAclCommand({ ...of(address), ...how }), stop(signal))),
        done,
      );
    },
    async getObjectAcl(address, signal): Promise<Answer<AccessControlList>> {
      const answer = await attempt(session, { effect: "read" }, () => client.send(new GetObjectAclCommand(of(address)), stop(signal)));
      if (!answer.ok) return answer;
      const acl = aclOf(answer.value);
      return acl === undefined
        ? unreadableRefusal(answer.httpStatus, answer.requestId, "The ACL has no owner.", "read")
        : { ...answer, value: acl };
    },
    async headObject(address, signal) {
      const answer = await attempt(session, { effect: "read", head: true }, () =>
        client.send(new HeadObjectCommand({ ...of(address), ChecksumMode: "ENABLED" }), stop(signal)),
      );
      if (!answer.ok) {
        if (answer.httpStatus !== 400 || session.fresh()?.sessionToken === undefined) return answer;
        const told = await attempt(session, { effect: "read" }, () =>
          client.send(new GetObjectCommand({ ...of(address), Range: "bytes=0-0" }), stop(signal)),
        );
        return !told.ok && told.kind === "expired" ? told : answer;
      }
      const facts = factsOf(answer.value);
      return facts === undefined
        ? unreadableRefusal(answer.httpStatus, answer.requestId, "No ETag, Content-Length or Last-Modified in the answer to HEAD.", "read")
        : { ...answer, value: facts };
    },
    async copyObject(request, signal) {
      const answer = await attempt(session, { effect: "write" }, () =>
        client.send(new CopyObjectCommand(copyInput(request)), stop(signal)),
      );
      if (!answer.ok) return answer;
      const { CopyObjectResult: result, VersionId: versionId, SSEKMSEncryptionContext: context } = answer.value;
      if (result?.ETag === undefined || result.LastModified === undefined) {
        return unreadableRefusal(answer.httpStatus, answer.requestId, "The copy result has no ETag or no LastModified.", "write");
      }
      const value = {
        etag: unquoted(result.ETag),
        lastModified: result.LastModified.getTime(),
        ...(versionId === undefined ? {} : { versionId }),
        ...(context === undefined ? {} : { context }),
      };
      return { ...answer, value };
    },
    async updateObjectEncryption(address, to, signal) {
      const ObjectEncryption = { SSEKMS: { KMSKeyArn: to.kmsKeyArn, BucketKeyEnabled: to.bucketKey } };
      return mapped(
        await attempt(session, { effect: "write" }, () =>
          client.send(new UpdateObjectEncryptionCommand({ ...of(address), ObjectEncryption }), stop(signal)),
        ),
        done,
      );
    },
    close: () => client.destroy(),
  };
}

function mapped<A, B>(answer: Answer<A>, map: (value: A) => B): Answer<B> {
  return answer.ok ? { ...answer, value: map(answer.value) } : answer;
}
