// What went wrong when no answer came at all, in words that are the same whether undici, node:http or the SDK's handler met it.

export type NetworkCode =
  | "Aborted"
  | "ConnectionRefused"
  | "ConnectionReset"
  | "ConnectTimeout"
  | "HostNotFound"
  | "TlsFailure"
  | "Timeout"
  | "BadAnswer"
  | "NetworkFailure";

export interface NetworkFailure {
  readonly code: NetworkCode;
  /** The connection was never made, so the server cannot have seen the request. */
  readonly neverSent: boolean;
  /** The code of Node or of the HTTP client, for the message. */
  readonly detail: string;
}

const BY_CODE: Readonly<Record<string, NetworkCode>> = {
  ECONNREFUSED: "ConnectionRefused",
  ECONNRESET: "ConnectionReset",
  EPIPE: "ConnectionReset",
  ECONNABORTED: "ConnectionReset",
  UND_ERR_SOCKET: "ConnectionReset",
  UND_ERR_INFO: "ConnectionReset",
  UND_ERR_CLOSED: "Aborted",
  UND_ERR_DESTROYED: "Aborted",
  UND_ERR_ABORTED: "Aborted",
  UND_ERR_CONNECT_TIMEOUT: "ConnectTimeout",
  UND_ERR_HEADERS_TIMEOUT: "Timeout",
  UND_ERR_BODY_TIMEOUT: "Timeout",
  ETIMEDOUT: "Timeout",
  ENOTFOUND: "HostNotFound",
  EAI_AGAIN: "HostNotFound",
  EHOSTUNREACH: "ConnectionRefused",
  ENETUNREACH: "ConnectionRefused",
  EADDRNOTAVAIL: "ConnectionRefused",
  UND_ERR_HTTP_PARSER: "BadAnswer",
  UND_ERR_HEADERS_OVERFLOW: "BadAnswer",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "BadAnswer",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "BadAnswer",
};
const NEVER_SENT: ReadonlySet<NetworkCode> = new Set<NetworkCode>(["ConnectionRefused", "ConnectTimeout", "HostNotFound", "TlsFailure"]);

/** The failure inside an error or its causes; undefined where the error is no failure of the network. */
export function networkFailure(error: unknown): NetworkFailure | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = causeOf(at), depth++) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    const known = BY_CODE[code] ?? byName(at, code);
    if (known !== undefined) return { code: known, neverSent: NEVER_SENT.has(known), detail: code === "" ? at.name : code };
  }
  return undefined;
}

function byName(error: Error, code: string): NetworkCode | undefined {
  if (error.name === "AbortError") return "Aborted";
  if (error.name === "TimeoutError") return /connect/i.test(error.message) ? "ConnectTimeout" : "Timeout";
  if (/^(ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_SSL_|EPROTO)/.test(code)) return "TlsFailure";
  if (/^HPE_/.test(code)) return "BadAnswer";
  return undefined;
}

/** One connection tried on several addresses fails as an AggregateError; its parts carry the codes. */
function causeOf(error: Error): unknown {
  return error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
}
