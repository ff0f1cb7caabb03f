/**
 * Signing keys of AWS Signature Version 4, derived once a day for each key, region and service and then kept. HMAC is done
 * over one-shot hashes with both pads prepared: several times cheaper than a Hmac object for each request.
 */
import { createHmac, hash } from "node:crypto";
import type { CredentialScope } from "./scope.ts";

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
    // As binary text, one character a byte: making a Buffer would cost more than the hash.
    this.#outer.write(hash("sha256", message, "binary"), blockBytes, "latin1");
    return hash("sha256", this.#outer, "hex");
  }
}

interface Kept {
  readonly secret: string;
  readonly key: SigningKey;
}

export class SigningKeys {
  /** Scopes are parsed once for each credential and day, so that the object itself serves as the name. */
  readonly #kept = new WeakMap<CredentialScope, Kept>();

  /** HMAC chain date -> region -> service -> aws4_request. */
  get(secret: string, scope: CredentialScope): SigningKey {
    const kept = this.#kept.get(scope);
    if (kept !== undefined && kept.secret === secret) return kept.key;
    let bytes: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
    for (const part of [scope.date, scope.region, scope.service, "aws4_request"]) bytes = createHmac("sha256", bytes).update(part).digest();
    const key = new SigningKey(bytes);
    this.#kept.set(scope, { secret, key });
    return key;
  }
}
