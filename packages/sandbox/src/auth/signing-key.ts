/** Signing keys of AWS Signature Version 4, derived once a day for each key, region and service and then kept. */
import { createHmac } from "node:crypto";

const keptMax = 10_000;

export class SigningKeys {
  readonly #kept = new Map<string, Buffer>();

  /** HMAC chain date -> region -> service -> aws4_request. */
  get(secret: string, date: string, region: string, service: string): Buffer {
    const name = `${secret}/${date}/${region}/${service}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    let key: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
    for (const part of [date, region, service, "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
    if (this.#kept.size >= keptMax) this.#kept.clear();
    this.#kept.set(name, key);
    return key;
  }
}

/** Hexadecimal signature of a string to sign. The text may hold latin1 readings of raw header bytes, hence no UTF-8 here. */
export function sign(key: Buffer, stringToSign: string): string {
  return createHmac("sha256", key).update(stringToSign, "latin1").digest("hex");
}
