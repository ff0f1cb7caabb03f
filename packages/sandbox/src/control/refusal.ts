/** A refusal by S3 Control: the model's exception name as code. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message: string): ControlError => new ControlError(400, "BadRequestException", message);
