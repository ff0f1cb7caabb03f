/**
 * Accounts from a file: JSON `{ "accounts": [ { id, canonicalId, name, keys, roles, kmsKeys } ] }`, or the list alone. What is left
 * out gets a default; what is wrong is named with its place in the file.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MalformedPolicyError, type PolicyDocument, policyFrom } from "../iam/document.ts";
import type { IdentityPolicies } from "./principal.ts";
import { trustOf } from "./seeded.ts";
import type { AccountSpec, KmsKeySpec, RoleSpec, UserKeySpec } from "./spec.ts";

/** A fault in an accounts file, worded for the person who wrote it. */
export class AccountsFileError extends Error {
  override readonly name = "AccountsFileError";
}

/** Reads and checks an accounts file. Throws AccountsFileError. */
export async function readAccountsFile(path: string): Promise<AccountSpec[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new AccountsFileError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new AccountsFileError(`${path}: is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  try {
    return accountsFrom(parsed);
  } catch (error) {
    if (error instanceof AccountsFileError) throw new AccountsFileError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Checks accounts given as a JSON value; the first is the bucket owner. */
export function accountsFrom(value: unknown): AccountSpec[] {
  const list = Array.isArray(value) ? value : listOf(objectOf(value, "the file", ["accounts"]).accounts, "accounts");
  if (list.length === 0) throw new AccountsFileError("accounts: needs at least one account (the bucket owner)");
  const owner = textOf(objectOf(list[0], "accounts[0]").id, "accounts[0].id", /^\d{12}$/, "12 digits");
  const accounts = list.map((one: unknown, index) => accountFrom(one, `accounts[${index}]`, owner));
  const seen = new Map<string, string>();
  for (const [index, account] of accounts.entries()) {
    for (const id of [
      account.accountId,
      account.canonicalId,
      account.accessKeyId,
      ...(account.furtherKeys ?? []).map((key) => key.accessKeyId),
    ]) {
      const other = seen.get(id);
      if (other !== undefined) throw new AccountsFileError(`accounts[${index}]: ${id} is used by ${other} already`);
      seen.set(id, `accounts[${index}]`);
    }
  }
  return accounts;
}

function accountFrom(value: unknown, at: string, ownerId: string): AccountSpec {
  const raw = objectOf(value, at, ["id", "canonicalId", "name", "keys", "roles", "kmsKeys"]);
  const accountId = textOf(raw.id, `${at}.id`, /^\d{12}$/, "12 digits");
  const keys = raw.keys === undefined ? [] : listOf(raw.keys, `${at}.keys`).map((key, index) => keyFrom(key, `${at}.keys[${index}]`));
  const roles = raw.roles === undefined ? [{ name: "quitclaim" }] : listOf(raw.roles, `${at}.roles`);
  const [first, ...further] = keys;
  if (first !== undefined && (first.userName !== "admin" || first.policies !== "everything")) {
    throw new AccountsFileError(
      `${at}.keys[0]: the first key is the account's admin and takes neither user nor policies; put the limited user second`,
    );
  }
  const made = createHash("sha256").update(`key:${accountId}`).digest("hex").toUpperCase();
  return {
    accountId,
    canonicalId:
      raw.canonicalId === undefined
        ? createHash("sha256").update(`acct-${accountId}`).digest("hex")
        : textOf(raw.canonicalId, `${at}.canonicalId`, /^[0-9a-f]{32,64}$/, "64 hexadecimal digits in lower case"),
    name: raw.name === undefined ? accountId : textOf(raw.name, `${at}.name`, /./, "a name"),
    accessKeyId: first?.accessKeyId ?? `AKIA${made.replace(/[^2-7A-F]/g, "").slice(0, 16)}`,
    secretAccessKey: first?.secretAccessKey ?? made.slice(0, 40),
    roles: roles.map((role, index) => roleFrom(role, `${at}.roles[${index}]`, accountId, ownerId)),
    kmsKeys:
      raw.kmsKeys === undefined ? [] : listOf(raw.kmsKeys, `${at}.kmsKeys`).map((key, index) => kmsKeyFrom(key, `${at}.kmsKeys[${index}]`)),
    ...(further.length === 0 ? {} : { furtherKeys: further }),
  };
}

function keyFrom(value: unknown, at: string): UserKeySpec {
  const raw = objectOf(value, at, ["accessKeyId", "secretAccessKey", "user", "policies"]);
  return {
    accessKeyId: textOf(raw.accessKeyId, `${at}.accessKeyId`, /^\w{3,128}$/, "3 to 128 letters and digits"),
    secretAccessKey: textOf(raw.secretAccessKey, `${at}.secretAccessKey`, /^.{8,}$/, "at least 8 characters"),
    userName: raw.user === undefined ? "admin" : textOf(raw.user, `${at}.user`, /^[\w+=,.@-]+$/, "an IAM user name"),
    policies: policiesFrom(raw.policies, `${at}.policies`),
  };
}

function roleFrom(value: unknown, at: string, accountId: string, ownerId: string): RoleSpec {
  const raw = objectOf(value, at, ["name", "trust", "externalId", "policies", "maxSessionSeconds"]);
  const name = textOf(raw.name, `${at}.name`, /^[\w+=,.@-]{1,64}$/, "an IAM role name");
  const externalId =
    raw.externalId === undefined
      ? undefined
      : textOf(raw.externalId, `${at}.externalId`, /^[\w+=,.@:/-]{2,1224}$/, "2 to 1,224 characters of A-Z a-z 0-9 _+=,.@:/-");
  const max = raw.maxSessionSeconds ?? 3_600;
  if (typeof max !== "number" || max < 3_600 || max > 43_200) throw new AccountsFileError(`${at}.maxSessionSeconds: must be 3600 to 43200`);
  return {
    name,
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    trust: raw.trust === undefined ? trustOf(ownerId, externalId) : policyAt(raw.trust, `${at}.trust`, "trust"),
    ...(externalId === undefined ? {} : { externalId }),
    policies: policiesFrom(raw.policies, `${at}.policies`),
    maxSessionSeconds: max,
  };
}

function kmsKeyFrom(value: unknown, at: string): KmsKeySpec {
  const raw = objectOf(value, at, ["arn", "managed", "policyAllows"]);
  if (raw.managed !== undefined && typeof raw.managed !== "boolean") throw new AccountsFileError(`${at}.managed: must be true or false`);
  const allowed = raw.policyAllows === undefined ? [] : listOf(raw.policyAllows, `${at}.policyAllows`);
  return {
    arn: textOf(raw.arn, `${at}.arn`, /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/.+$/, "arn:aws:kms:<region>:<account>:key/<id>"),
    managed: raw.managed === true,
    policyAllows: allowed.map((id, index) => textOf(id, `${at}.policyAllows[${index}]`, /^\d{12}$/, "12 digits")),
  };
}

function policiesFrom(value: unknown, at: string): IdentityPolicies {
  if (value === undefined || value === "everything") return "everything";
  return listOf(value, at).map((policy, index) => policyAt(policy, `${at}[${index}]`, "identity"));
}

function policyAt(value: unknown, at: string, kind: "identity" | "trust"): PolicyDocument {
  try {
    return policyFrom(value, kind);
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error;
    throw new AccountsFileError(`${at}: ${error.message}`);
  }
}

function objectOf(value: unknown, at: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AccountsFileError(`${at}: must be an object`);
  for (const name of Object.keys(value)) {
    if (known !== undefined && !known.includes(name))
      throw new AccountsFileError(`${at}: unknown member ${name}; known are ${known.join(", ")}`);
  }
  return value as Record<string, unknown>;
}

function listOf(value: unknown, at: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AccountsFileError(`${at}: must be a list`);
}

function textOf(value: unknown, at: string, shape: RegExp, wanted: string): string {
  if (typeof value === "string" && shape.test(value)) return value;
  throw new AccountsFileError(`${at}: must be ${wanted}${value === undefined ? "; it is missing" : ""}`);
}
