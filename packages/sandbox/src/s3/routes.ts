/** Which operation a request names: by method, by level (service, bucket, object) and by the sub-resource in its query. */
import type { InboundRequest } from "../http/exchange.ts";
import type { Query } from "../http/query.ts";
import { methodNotAllowed, S3Error } from "../http/s3-error.ts";
import * as bucketAcl from "./bucket-acl.ts";
import { configurationKinds, deleteConfiguration, getConfiguration, putConfiguration } from "./bucket-configuration.ts";
import * as bucketEncryption from "./bucket-encryption.ts";
import * as bucketLock from "./bucket-lock.ts";
import * as bucketOwnership from "./bucket-ownership.ts";
import * as bucketPolicy from "./bucket-policy.ts";
import * as bucketPublicAccess from "./bucket-public-access.ts";
import * as bucketVersioning from "./bucket-versioning.ts";
import * as buckets from "./buckets.ts";
import type { Operation } from "./call.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObject, deleteObjects } from "./delete-object.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { listObjectVersions } from "./list-versions.ts";
import { getObjectAcl, putObjectAcl } from "./object-acl.ts";
import { deleteObjectAnnotation, getObjectAnnotation, listObjectAnnotations, putObjectAnnotation } from "./object-annotations.ts";
import { getObjectAttributes } from "./object-attributes.ts";
import * as objectLock from "./object-lock.ts";
import * as objectTagging from "./object-tagging.ts";
import { putObject } from "./put-object.ts";
import { restoreObject } from "./restore-object.ts";
import { updateObjectEncryption } from "./update-encryption.ts";
import { abortMultipartUpload, completeMultipartUpload } from "./upload-complete.ts";
import { createMultipartUpload } from "./upload-create.ts";
import { listMultipartUploads, listParts } from "./upload-list.ts";
import { uploadPart, uploadPartCopy } from "./upload-part.ts";

type Routes = ReadonlyMap<string, Operation>;

/** `<METHOD> <sub-resource>`; no sub-resource: the plain method. */
const objectRoutes: Routes = new Map([
  ["GET ", getObject],
  ["HEAD ", headObject],
  ["PUT ", putObject],
  ["DELETE ", deleteObject],
  ["GET acl", getObjectAcl],
  ["PUT acl", putObjectAcl],
  ["GET annotation", listObjectAnnotations],
  ["PUT annotation", putObjectAnnotation],
  ["DELETE annotation", deleteObjectAnnotation],
  ["GET attributes", getObjectAttributes],
  ["GET tagging", objectTagging.getObjectTagging],
  ["PUT tagging", objectTagging.putObjectTagging],
  ["DELETE tagging", objectTagging.deleteObjectTagging],
  ["GET retention", objectLock.getObjectRetention],
  ["PUT retention", objectLock.putObjectRetention],
  ["GET legal-hold", objectLock.getObjectLegalHold],
  ["PUT legal-hold", objectLock.putObjectLegalHold],
  ["PUT encryption", updateObjectEncryption],
  ["POST restore", restoreObject],
  ["POST uploads", createMultipartUpload],
  ["PUT uploadId", uploadPart],
  ["GET uploadId", listParts],
  ["POST uploadId", completeMultipartUpload],
  ["DELETE uploadId", abortMultipartUpload],
]);

const bucketRoutes: Routes = new Map([
  ["GET ", listObjects],
  ["HEAD ", buckets.headBucket],
  ["PUT ", buckets.createBucket],
  ["DELETE ", buckets.deleteBucket],
  ["GET list-type", listObjectsV2],
  ["GET versions", listObjectVersions],
  ["GET uploads", listMultipartUploads],
  ["GET location", buckets.getBucketLocation],
  ["POST delete", deleteObjects],
  ["GET acl", bucketAcl.getBucketAcl],
  ["PUT acl", bucketAcl.putBucketAcl],
  ["GET policy", bucketPolicy.getBucketPolicy],
  ["PUT policy", bucketPolicy.putBucketPolicy],
  ["DELETE policy", bucketPolicy.deleteBucketPolicy],
  ["GET policyStatus", bucketPolicy.getBucketPolicyStatus],
  ["GET versioning", bucketVersioning.getBucketVersioning],
  ["PUT versioning", bucketVersioning.putBucketVersioning],
  ["GET ownershipControls", bucketOwnership.getBucketOwnershipControls],
  ["PUT ownershipControls", bucketOwnership.putBucketOwnershipControls],
  ["DELETE ownershipControls", bucketOwnership.deleteBucketOwnershipControls],
  ["GET publicAccessBlock", bucketPublicAccess.getPublicAccessBlock],
  ["PUT publicAccessBlock", bucketPublicAccess.putPublicAccessBlock],
  ["DELETE publicAccessBlock", bucketPublicAccess.deletePublicAccessBlock],
  ["GET encryption", bucketEncryption.getBucketEncryption],
  ["PUT encryption", bucketEncryption.putBucketEncryption],
  ["DELETE encryption", bucketEncryption.deleteBucketEncryption],
  ["GET object-lock", bucketLock.getObjectLockConfiguration],
  ["PUT object-lock", bucketLock.putObjectLockConfiguration],
  ...configurationKinds.flatMap((kind): [string, Operation][] => [
    [`GET ${kind.parameter}`, getConfiguration(kind)],
    [`PUT ${kind.parameter}`, putConfiguration(kind)],
    ...(kind.deletable ? ([[`DELETE ${kind.parameter}`, deleteConfiguration(kind)]] as [string, Operation][]) : []),
  ]),
]);

/** Sub-resources of S3 that this sandbox has no operation for. */
const unbuilt = ["torrent", "select", "renameObject", "session", "metadataTable", "metadataConfiguration", "abac"];

const subResourcesOf = (routes: Routes): ReadonlySet<string> =>
  new Set([...[...routes.keys()].map((name) => name.slice(name.indexOf(" ") + 1)).filter((name) => name !== ""), ...unbuilt]);
const objectSubResources = subResourcesOf(objectRoutes);
const bucketSubResources = subResourcesOf(bucketRoutes);

export function routeOf(request: InboundRequest, bucket: string | undefined, key: string | undefined): Operation {
  if (bucket === undefined) {
    if (request.method === "GET") return buckets.listBuckets;
    throw methodNotAllowed(request.method, "SERVICE");
  }
  const routes = key === undefined ? bucketRoutes : objectRoutes;
  const subResource = subResourceOf(request.query, key === undefined ? bucketSubResources : objectSubResources);
  const operation = routes.get(`${request.method} ${subResource}`);
  if (operation === undefined) throw refusal(request, subResource, key);
  if (operation === listObjectAnnotations && request.query.has("annotationName")) return getObjectAnnotation;
  if (request.headers["x-amz-copy-source"] !== undefined) {
    if (operation === putObject) return copyObject;
    if (operation === uploadPart) return uploadPartCopy;
  }
  return operation;
}

function subResourceOf(query: Query, known: ReadonlySet<string>): string {
  for (const [name] of query.pairs) if (known.has(name)) return name;
  return "";
}

function refusal(request: InboundRequest, subResource: string, key: string | undefined): S3Error {
  if (unbuilt.includes(subResource)) {
    return new S3Error(
      501,
      "NotImplemented",
      `A header or query you provided implies functionality that is not implemented: ${subResource}`,
    );
  }
  return methodNotAllowed(request.method, subResource === "" ? (key === undefined ? "BUCKET" : "OBJECT") : subResource.toUpperCase());
}
