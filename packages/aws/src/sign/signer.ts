// SigV4 for S3 in one pass: a day key kept per secret, one SHA-256 and one HMAC a request (AWS: "Signature Version 4 signing process";
// S3's own rules: path encoded once and not normalised, x-amz-content-sha256 always sent).
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
/** SHA-256 of no bytes. */
export const EMPTY_PAYLOAD = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignableRequest {
  readonly method: string;
  /** As it goes over the wire: encoded once, from the leading slash, without the query. */
  readonly path: string;
  /** From {@link canonicalQuery}; "" where there is none. */
  readonly query: string;
  /** Name, value, name, value …; names in lower case, each once, `host` among them. All are signed; the signature's own are appended. */
  readonly headers: string[];
  /** Hex SHA-256 of the body, or {@link UNSIGNED_PAYLOAD}. */
  readonly payloadHash: string;
}

/** Signs for one region. Not for sharing between threads; costs nothing to make. */
export class Signer {
  readonly #region: string;
  readonly #service: string;
  /** The day key and what it was made from. A KeyObject: an HMAC under raw bytes costs five times as much. */
  #secret = "";
  #day = "";
  #dayKey: KeyObject | undefined;
  /** The last second's stamp. */
  #second = -1;
  #stamp = "";

  constructor(region: string, service = "s3") {
    this.#region = region;
    this.#service = service;
  }

  /** Appends x-amz-date, x-amz-content-sha256, x-amz-security-token and authorization to `request.headers`. `now` in epoch ms. */
  sign(request: SignableRequest, keys: SigningKeys, now: number): void {
    const { headers } = request;
    const stamp = this.#stampOf(now);
    const day = stamp.slice(0, 8);
    headers.push("x-amz-content-sha256", request.payloadHash, "x-amz-date", stamp);
    if (keys.sessionToken !== undefined) headers.push("x-amz-security-token", keys.sessionToken);

    const order = sortedByName(headers);
    let canonicalHeaders = "";
    let signedHeaders = "";
    let ascii = true;
    for (const at of order) {
      const name = headers[at] as string;
      let value = headers[at + 1] as string;
      if (UNUSUAL.test(value)) {
        value = value.trim().replaceAll(/\s+/g, " ");
        ascii &&= !NOT_ASCII.test(value);
      }
      canonicalHeaders += `${name}:${value}\n`;
      signedHeaders += signedHeaders === "" ? name : `;${name}`;
    }
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${canonicalHeaders}\n${signedHeaders}\n${request.payloadHash}`;
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    // Header values travel as latin1, so that is what the server hashes.
    const digest = hash("sha256", ascii ? canonical : Buffer.from(canonical, "latin1"), "hex");
    const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest}`;
    const signature = createHmac("sha256", this.#keyFor(keys.secretAccessKey, day)).update(toSign).digest("hex");
    headers.push(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
  }

  #keyFor(secret: string, day: string): KeyObject {
    if (this.#dayKey !== undefined && secret === this.#secret && day === this.#day) return this.#dayKey;
    const step = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
    const key = createSecretKey(step(step(step(step(`AWS4${secret}`, day), this.#region), this.#service), "aws4_request"));
    this.#dayKey = key;
    this.#secret = secret;
    this.#day = day;
    return key;
  }

  #stampOf(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#stamp = `${new Date(second * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
      this.#second = second;
    }
    return this.#stamp;
  }
}

/** Indices of the names, in their order: an insertion sort, since there are about ten and most come sorted. */
function sortedByName(headers: readonly string[]): number[] {
  const order: number[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    let slot = order.length;
    while (slot > 0 && (headers[order[slot - 1] as number] as string) > name) slot--;
    order.splice(slot, 0, at);
  }
  return order;
}

/** Values that the canonical form may not hold as they are. */
const UNUSUAL = /^ | $| {2}|[^ -~]/;
const NOT_ASCII = /[^\t -~]/;
