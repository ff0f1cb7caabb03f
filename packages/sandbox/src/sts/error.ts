/** A refusal by STS: AWS's code, status and sentence. */
export class StsError extends Error {
  override readonly name = "StsError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The sentence of the service's own parameter checks. */
export function validationError(value: string, member: string, constraint: string): StsError {
  return new StsError(
    "ValidationError",
    400,
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
