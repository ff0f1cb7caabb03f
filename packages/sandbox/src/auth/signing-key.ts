/**
 * Signing keys of AWS Signature Version 4, derived once a day for each key, region and service and then kept. HMAC is done
 * over one-shot hashes with both pads prepared: several times cheaper than a Hmac object for each request.
 */
import { createHmac, hash } from "node:crypto";

const keptMax = 10_000;
const blockBytes = 64;
const digestBytes = 32;

/** An HMAC-SHA256 key with its pads laid out. */
export class SigningKey {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** `key`: 32 bytes, the end of the derivation chain. */
  constructor(key: Buffer) {
    this.#inner = Buffer.alloc(blockBytes, 0x36);
    this.#outer = Buffer.alloc(blockBytes + digestBytes, 0x5c);
    for (let i = 0; i < key.length; i++) {
      this.#inner[i] = (key[i] as number) ^ 0x36;
      this.#outer[i] = (key[i] as number) ^ 0x5c;
    }
  }

  /** Hexadecimal signature of a string to sign. The text may hold latin1 readings of raw header bytes, hence no UTF-8 here. */
  sign(stringToSign: string): string {
    const message = Buffer.allocUnsafe(blockBytes + stringToSign.length);
    this.#inner.copy(message);
    message.write(stringToSign, blockBytes, "latin1");
    hash("sha256", message, "buffer").copy(this.#outer, blockBytes);
    return hash("sha256", this.#outer, "hex");
  }
}

export class SigningKeys {
  readonly #kept = new Map<string, SigningKey>();

  /** HMAC chain date -> region -> service -> aws4_request. */
  get(secret: string, date: string, region: string, service: string): SigningKey {
    const name = `${secret}/${date}/${region}/${service}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    let bytes: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
    for (const part of [date, region, service, "aws4_request"]) bytes = createHmac("sha256", bytes).update(part).digest();
    const key = new SigningKey(bytes);
    if (this.#kept.size >= keptMax) this.#kept.clear();
    this.#kept.set(name, key);
    return key;
  }
}
