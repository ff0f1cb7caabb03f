/**
 * The one error type of the S3 side: AWS's code, status and sentence, plus the members AWS puts beside them. Thrown anywhere
 * below the router, written as XML there.
 */

/** What an answer carries beyond code and message. */
export interface S3ErrorOptions {
  /** Further members of the XML document, in order: `{ Key: "a", BucketName: "b" }`. */
  readonly details?: Readonly<Record<string, string>>;
  /** Further response headers (`x-amz-delete-marker`, `allow` …). */
  readonly headers?: Readonly<Record<string, string>>;
}

export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: S3ErrorOptions = {}) {
    super(message);
    this.name = "S3Error";
    this.status = status;
    this.code = code;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

export const accessDenied = (message = "Access Denied"): S3Error => new S3Error(403, "AccessDenied", message);

export const invalidArgument = (message: string, name: string, value: string): S3Error =>
  new S3Error(400, "InvalidArgument", message, { details: { ArgumentName: name, ArgumentValue: value } });

export const invalidRequest = (message: string): S3Error => new S3Error(400, "InvalidRequest", message);

export const malformedXml = (): S3Error =>
  new S3Error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

export const methodNotAllowed = (method: string, resource: string, headers: Readonly<Record<string, string>> = {}): S3Error =>
  new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", {
    details: { Method: method, ResourceType: resource },
    headers,
  });

export const noSuchBucket = (bucket: string): S3Error =>
  new S3Error(404, "NoSuchBucket", "The specified bucket does not exist", { details: { BucketName: bucket } });

export const noSuchKey = (key: string): S3Error =>
  new S3Error(404, "NoSuchKey", "The specified key does not exist.", { details: { Key: key } });

export const noSuchVersion = (key: string, versionId: string): S3Error =>
  new S3Error(404, "NoSuchVersion", "The specified version does not exist.", { details: { Key: key, VersionId: versionId } });

export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error(
    404,
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { details: { UploadId: uploadId } },
  );

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    details: { Condition: condition },
  });

export const invalidObjectState = (storageClass: string, accessTier: string | undefined): S3Error =>
  new S3Error(403, "InvalidObjectState", "The operation is not valid for the object's storage class", {
    details: { StorageClass: storageClass, ...(accessTier === undefined ? {} : { AccessTier: accessTier }) },
  });
