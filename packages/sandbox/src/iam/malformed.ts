/** The one error a policy document can cause while it is read; S3 calls it MalformedPolicy, STS MalformedPolicyDocument. */
export class MalformedPolicyError extends Error {
  override readonly name = "MalformedPolicyError";
}
