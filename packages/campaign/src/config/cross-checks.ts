// What can be wrong although every single value is right. Works on half-broken files too, so that one run names every problem.
import type { Path } from "./problem.ts";
import { KMS_ARN, knownKeys, ROLE_ARN } from "./schema.ts";

export interface Finding {
  readonly path: Path;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

const SOURCES = ["role", "profile", "credentials", "keys"] as const;

export function crossCheck(root: Fields): Finding[] {
  const bucket = fields(root.bucket);
  const accounts = list(root.accounts).map(fields);
  return [
    ...bucketFindings(bucket),
    ...credentialFindings(bucket, ["bucket"], bucket.owner, false),
    ...accounts.flatMap((account, i) => accountFindings(account, i, accounts, bucket)),
    ...actionFindings(fields(root.actions), accounts, bucket),
    ...placeFindings(root),
  ];
}

function bucketFindings(bucket: Fields): Finding[] {
  if (bucket.region === undefined && bucket.endpoint === undefined && Object.keys(bucket).length > 0)
    return [{ path: ["bucket", "region"], text: "is missing; write the bucket's Region, e.g. region: eu-central-1" }];
  return [];
}

function credentialFindings(entry: Fields, path: Path, owner: unknown, required: boolean): Finding[] {
  const findings: Finding[] = [];
  const given = SOURCES.filter((s) => entry[s] !== undefined);
  if (given.length > 1)
    findings.push({
      path: [...path, given[1] as string],
      text: `is one source of credentials too many: ${given.join(" and ")} are given; keep one`,
    });
  // A misspelt source is an unknown key, which is told already.
  const misspelt = Object.keys(entry).some((key) => !knownKeys(path).includes(key));
  if (given.length === 0 && required && !misspelt)
    findings.push({
      path,
      text: "has no credentials; write role: arn:aws:iam::…:role/…, profile: NAME, credentials: default, or keys: { accessKeyId: from-env:A, secretAccessKey: from-env:B }",
    });
  if (entry.externalId !== undefined && entry.role === undefined)
    findings.push({ path: [...path, "externalId"], text: "only goes with a role; add role: arn:aws:iam::…:role/… or take it out" });
  const account = typeof entry.role === "string" ? ROLE_ARN.exec(entry.role)?.[1] : undefined;
  if (account !== undefined && typeof owner === "string" && account !== owner)
    findings.push({
      path: [...path, "role"],
      text: `is a role of account ${account}, but this entry is account ${owner}: only an account's own role can act for its objects. Correct the ARN or the account number`,
    });
  return findings;
}

function accountFindings(account: Fields, index: number, all: readonly Fields[], bucket: Fields): Finding[] {
  const path: Path = ["accounts", index];
  const findings = credentialFindings(account, path, account.id, true);
  for (const field of ["id", "canonicalId", "name"] as const) {
    const value = account[field];
    const first = value === undefined ? index : all.findIndex((a) => a[field] === value || (field === "name" && a.id === value));
    if (first < index || (field === "name" && first !== index))
      findings.push({
        path: [...path, field],
        text: `${JSON.stringify(value)} stands at accounts[${first}] already; each account is listed once, with a name of its own`,
      });
  }
  if (account.id !== undefined && account.id === bucket.owner)
    findings.push({
      path: [...path, "id"],
      text: "is the bucket owner; its own objects need nothing. Take this entry out: list only the accounts that uploaded into the bucket",
    });
  if (account.canonicalId !== undefined && account.canonicalId === bucket.ownerCanonicalId)
    findings.push({ path: [...path, "canonicalId"], text: "is the bucket owner's canonical ID; give this account's own, or leave it out" });
  return findings;
}

function actionFindings(actions: Fields, accounts: readonly Fields[], bucket: Fields): Finding[] {
  const findings: Finding[] = [];
  const rules = list(actions.rules).map(fields);
  const known = new Set(accounts.map((a) => a.id));
  rules.forEach((rule, i) => {
    const named = fields(rule.when).account;
    list(named).forEach((id, j) => {
      if (!known.has(id))
        findings.push({
          path: ["actions", "rules", i, "when", "account", ...(Array.isArray(named) ? [j] : [])],
          text: `${JSON.stringify(id)} is none of this campaign's accounts; list it under accounts, or correct the number`,
        });
    });
  });
  const reencrypts = actions.default === "reencrypt" ? ["actions", "default"] : undefined;
  const byRule = rules.findIndex((r) => r.do === "reencrypt");
  const where = reencrypts ?? (byRule >= 0 ? ["actions", "rules", byRule, "do"] : undefined);
  if (where !== undefined && actions.kmsKey === undefined)
    findings.push({
      path: where,
      text: "reencrypt needs a key of the bucket owner; add actions.kmsKey: arn:aws:kms:REGION:ACCOUNT:key/ID",
    });
  const key = typeof actions.kmsKey === "string" ? KMS_ARN.exec(actions.kmsKey) : null;
  if (key !== null && typeof bucket.owner === "string" && key[2] !== bucket.owner)
    findings.push({
      path: ["actions", "kmsKey"],
      text: `is a key of account ${key[2]}; it must be one of the bucket owner's, ${bucket.owner}, or the bucket owner cannot read what is encrypted with it`,
    });
  return findings;
}

function placeFindings(root: Fields): Finding[] {
  const findings: Finding[] = [];
  const { manifest } = fields(root.inventory);
  if (typeof manifest === "string" && !/(^|\/)manifest\.json$/.test(manifest))
    findings.push({
      path: ["inventory", "manifest"],
      text: "must end in manifest.json: the file that S3 Inventory writes into the folder of each report, beside manifest.checksum",
    });
  for (const [path, value] of [
    [["inventory", "manifest"], manifest],
    [["store"], root.store],
  ] as const) {
    if (typeof value !== "string" || !/^[a-z0-9]+:\/\//i.test(value)) continue;
    if (!/^s3:\/\/[A-Za-z0-9][A-Za-z0-9._-]+[A-Za-z0-9]\/./.test(value))
      findings.push({ path, text: "must be a path, or s3://bucket/prefix with a bucket and something behind it" });
  }
  return findings;
}
