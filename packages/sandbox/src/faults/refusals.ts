/** Refusals that hardly come by themselves here but do from AWS: under load, in races, or where its papers leave the code open. */
import { S3Error } from "../http/s3-error.ts";

const table: Readonly<Record<string, readonly [status: number, message: string]>> = {
  AccessDenied: [403, "Access Denied"],
  ConditionalRequestConflict: [409, "The conditional request cannot succeed due to a conflicting operation against this resource."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  ObjectNotInActiveTierError: [
    403,
    "The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.",
  ],
  OperationAborted: [409, "A conflicting conditional operation is currently in progress against this resource. Please try again."],
  RequestTimeout: [400, "Your socket connection to the server was not read from or written to within the timeout period."],
  ServiceUnavailable: [503, "Service is unable to handle request."],
  SlowDown: [503, "Please reduce your request rate."],
  TokenRefreshRequired: [400, "The provided token must be refreshed."],
};

export const refusalCodes: readonly string[] = Object.keys(table);

/** The refusal of that code: one of `refusalCodes`, or any with a status. */
export function refusalOf(code: string, own: { readonly status?: number; readonly message?: string } = {}): S3Error {
  const known = Object.hasOwn(table, code) ? table[code] : undefined;
  const status = own.status ?? known?.[0];
  if (status === undefined) throw new Error(`there is no refusal ${code}`);
  return new S3Error(status, code, own.message ?? known?.[1] ?? "A refusal that was asked for.");
}
