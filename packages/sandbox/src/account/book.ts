/**
 * All accounts of the sandbox and everything that can sign: long-lived keys and the sessions STS handed out. The book is the
 * only place where a session's end is decided, so that ending one early is seen by the next request.
 */
import { randomBytes } from "node:crypto";
import type { PolicyDocument } from "../iam/document.ts";
import type { IdentityPolicies, IdentityPrincipal, Principal, SessionPrincipal } from "./principal.ts";
import type { AccountSpec, RoleSpec } from "./spec.ts";

export type { AccountSpec, KmsKeySpec, RoleSpec, UserKeySpec } from "./spec.ts";

/** What a signature is checked against and whom it then speaks for. */
export interface Credential {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Epoch milliseconds after which S3 answers ExpiredToken; absent for long-lived keys. */
  readonly expiresAt?: number;
  readonly principal: Principal;
}

/** What a new session is made of. */
export interface SessionRequest {
  readonly accountId: string;
  readonly canonicalId: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly policies: IdentityPolicies;
  readonly sessionPolicy?: PolicyDocument;
  readonly durationSeconds: number;
}

/** A session as STS answers it: `expiration` is the promised end, which a shortened lifetime does not show. */
export interface IssuedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

interface SessionRecord {
  readonly credential: { secretAccessKey: string; sessionToken: string; expiresAt: number; principal: SessionPrincipal };
}

/** Sessions kept at most; the oldest go first, and with them the difference between ExpiredToken and InvalidAccessKeyId. */
const sessionsMax = 100_000;

export class AccountBook {
  readonly #accounts: AccountSpec[] = [];
  readonly #byCanonicalId = new Map<string, AccountSpec>();
  readonly #byAccountId = new Map<string, AccountSpec>();
  readonly #keys = new Map<string, Credential>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #now: () => number;
  #sessionSecondsMax: number | undefined;

  /** `now` is the clock sessions end by; `sessionSecondsMax` ends every session after that many seconds, whatever STS promised. */
  constructor(options: { readonly now?: () => number; readonly sessionSecondsMax?: number } = {}) {
    this.#now = options.now ?? Date.now;
    this.#sessionSecondsMax = options.sessionSecondsMax;
  }

  /** Adds an account. Throws when one of its ids or keys is taken. */
  add(account: AccountSpec): void {
    if (this.#byAccountId.has(account.accountId)) throw new Error(`account ${account.accountId} is there twice`);
    if (this.#byCanonicalId.has(account.canonicalId)) {
      throw new Error(
        `accounts ${account.accountId} and ${this.#byCanonicalId.get(account.canonicalId)?.accountId} have the same canonical id`,
      );
    }
    const keys = [{ ...account, userName: "admin", policies: "everything" as IdentityPolicies }, ...(account.furtherKeys ?? [])];
    for (const key of keys) {
      if (this.#keys.has(key.accessKeyId)) throw new Error(`access key ${key.accessKeyId} is there twice`);
      const principal: IdentityPrincipal = {
        kind: "identity",
        accountId: account.accountId,
        canonicalId: account.canonicalId,
        arn: `arn:aws:iam::${account.accountId}:user/${key.userName}`,
        policies: key.policies,
      };
      this.#keys.set(key.accessKeyId, { secretAccessKey: key.secretAccessKey, principal });
    }
    this.#accounts.push(account);
    this.#byAccountId.set(account.accountId, account);
    this.#byCanonicalId.set(account.canonicalId, account);
  }

  /** Every account, in the order added. */
  all(): readonly AccountSpec[] {
    return this.#accounts;
  }

  byCanonicalId(id: string): AccountSpec | undefined {
    return this.#byCanonicalId.get(id);
  }

  byAccountId(id: string): AccountSpec | undefined {
    return this.#byAccountId.get(id);
  }

  /** A role by its full ARN. */
  role(arn: string): { readonly account: AccountSpec; readonly role: RoleSpec } | undefined {
    const account = this.#byAccountId.get(arn.split(":")[4] ?? "");
    const role = account?.roles.find((one) => one.arn === arn);
    return account === undefined || role === undefined ? undefined : { account, role };
  }

  /** The credential behind an access key id, expired or not; undefined when nobody has that key. */
  credential(accessKeyId: string): Credential | undefined {
    return this.#keys.get(accessKeyId) ?? this.#sessions.get(accessKeyId)?.credential;
  }

  /** Opens a session that ends after its duration, or sooner when a shorter lifetime is set. */
  openSession(request: SessionRequest): IssuedSession {
    const now = this.#now();
    const promised = now + request.durationSeconds * 1000;
    const expiresAt = Math.min(promised, now + (this.#sessionSecondsMax ?? Number.POSITIVE_INFINITY) * 1000);
    const accessKeyId = `ASIA${base32(16)}`;
    const secretAccessKey = randomBytes(30).toString("base64");
    const sessionToken = randomBytes(96).toString("base64");
    const principal: SessionPrincipal = {
      kind: "session",
      accountId: request.accountId,
      canonicalId: request.canonicalId,
      arn: request.arn,
      roleArn: request.roleArn,
      policies: request.policies,
      ...(request.sessionPolicy === undefined ? {} : { sessionPolicy: request.sessionPolicy }),
      expiresAt,
    };
    if (this.#sessions.size >= sessionsMax) {
      const oldest = this.#sessions.keys().next().value;
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    this.#sessions.set(accessKeyId, { credential: { secretAccessKey, sessionToken, expiresAt, principal } });
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(promised) };
  }

  /** Ends sessions at once: the one with a key, those with one session ARN, of one role, of one account, or all. Returns how many were open. */
  expireSessions(
    which: { readonly accessKeyId?: string; readonly arn?: string; readonly roleArn?: string; readonly accountId?: string } = {},
  ): number {
    const now = this.#now();
    let ended = 0;
    for (const [accessKeyId, { credential }] of this.#sessions) {
      const { principal } = credential;
      if (which.accessKeyId !== undefined && which.accessKeyId !== accessKeyId) continue;
      if (which.arn !== undefined && which.arn !== principal.arn) continue;
      if (which.roleArn !== undefined && which.roleArn !== principal.roleArn) continue;
      if (which.accountId !== undefined && which.accountId !== principal.accountId) continue;
      if (credential.expiresAt > now) ended++;
      credential.expiresAt = Math.min(credential.expiresAt, now - 1);
    }
    return ended;
  }

  /** Real lifetime of sessions opened from now on, in seconds; undefined: as long as STS promised. */
  limitSessions(seconds: number | undefined): void {
    this.#sessionSecondsMax = seconds;
  }
}

const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(length: number): string {
  return Array.from(randomBytes(length), (byte) => base32Alphabet[byte & 31]).join("");
}
