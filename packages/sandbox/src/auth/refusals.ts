/** The refusals of authentication, in AWS's words. */
import { S3Error } from "../http/s3-error.ts";

/** Clocks may differ by this much. */
export const skewMsMax = 15 * 60 * 1000;

export const invalidAccessKeyId = (accessKeyId: string): S3Error =>
  new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", {
    details: { AWSAccessKeyId: accessKeyId },
  });

export const invalidToken = (token: string): S3Error =>
  new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.", { details: { "Token-0": token } });

export const expiredToken = (token: string): S3Error =>
  new S3Error(400, "ExpiredToken", "The provided token has expired.", { details: { "Token-0": token } });

export const skewed = (requestTime: string, now: number): S3Error =>
  new S3Error(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", {
    details: {
      RequestTime: requestTime,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(skewMsMax),
    },
  });

export const presignExpired = (expires: number, seconds: number, now: number): S3Error =>
  new S3Error(403, "AccessDenied", "Request has expired", {
    details: {
      "X-Amz-Expires": String(seconds),
      Expires: new Date(expires).toISOString(),
      ServerTime: new Date(now).toISOString(),
    },
  });

/** Tells what the server signed, so that a client's author can compare. */
export function signatureDoesNotMatch(accessKeyId: string, provided: string, toSign: string, request: string): S3Error {
  const bytes = (text: string): string =>
    Buffer.from(text, "latin1")
      .toString("hex")
      .replace(/..(?!$)/g, "$& ");
  return new S3Error(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    {
      details: {
        AWSAccessKeyId: accessKeyId,
        StringToSign: toSign,
        SignatureProvided: provided,
        StringToSignBytes: bytes(toSign),
        CanonicalRequest: request,
        CanonicalRequestBytes: bytes(request),
      },
    },
  );
}

export const headerMalformed = (what: string, details: Readonly<Record<string, string>> = {}): S3Error =>
  new S3Error(400, "AuthorizationHeaderMalformed", `The authorization header is malformed; ${what}`, { details });

export const queryMalformed = (what: string): S3Error => new S3Error(400, "AuthorizationQueryParametersError", what);

export const mechanismNotSupported = (): S3Error =>
  new S3Error(400, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
