/**
 * Accounts made from a seed: the same seed and number give the same ids, keys and roles on every machine, so that a
 * configuration written for one run fits the next.
 */
import { createHash } from "node:crypto";
import type { PolicyDocument } from "../iam/document.ts";
import type { AccountSpec } from "./spec.ts";

/** Name of the role each seeded account has. */
export const seededRoleName = "quitclaim";

/** What may differ from the default when accounts are made. */
export interface SeededAccounts {
  readonly seed: number;
  /** Accounts to make, the bucket owner included; at least 1. */
  readonly count: number;
  /** Region of the KMS keys. */
  readonly region: string;
  /** Give every role an external ID of its own that its trust policy demands. */
  readonly externalIds?: boolean;
}

const names = ["data-lake", "ingest", "telemetry", "billing", "partner-north", "partner-south", "mobile", "research", "archive", "sensors"];

/** The accounts of a seed. The first is the bucket owner; every role trusts the bucket owner's account. */
export function seededAccounts(options: SeededAccounts): AccountSpec[] {
  const ownerId = accountIdOf(options.seed, 0);
  return Array.from({ length: options.count }, (_, index) => {
    const accountId = accountIdOf(options.seed, index);
    const externalId = options.externalIds === true ? digest(options.seed, index, "external").slice(0, 24) : undefined;
    return {
      accountId,
      canonicalId: digest(options.seed, index, "canonical"),
      name:
        index < names.length
          ? (names[index] ?? `account-${index}`)
          : `${names[index % names.length]}-${Math.floor(index / names.length) + 1}`,
      accessKeyId: `AKIA${base32Of(digest(options.seed, index, "key"), 16)}`,
      secretAccessKey: createHash("sha256")
        .update(`quitclaim:${options.seed}:${index}:secret`)
        .digest("base64")
        .slice(0, 40)
        .replaceAll("=", "x"),
      roles: [
        {
          name: seededRoleName,
          arn: `arn:aws:iam::${accountId}:role/${seededRoleName}`,
          trust: trustOf(ownerId, externalId),
          ...(externalId === undefined ? {} : { externalId }),
          policies: "everything",
          maxSessionSeconds: 43_200,
        },
      ],
      kmsKeys: [
        { arn: kmsArn(options.region, accountId, digest(options.seed, index, "kms-customer")), managed: false, policyAllows: [] },
        { arn: kmsArn(options.region, accountId, digest(options.seed, index, "kms-managed")), managed: true, policyAllows: [] },
      ],
    };
  });
}

/** A trust policy that lets one account (and S3 Batch Operations) assume the role, under an external ID when one is given. */
export function trustOf(trustedAccountId: string, externalId?: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: [`arn:aws:iam::${trustedAccountId}:root`] },
        Action: ["sts:AssumeRole"],
        ...(externalId === undefined ? {} : { Condition: { StringEquals: { "sts:ExternalId": [externalId] } } }),
      },
      { Effect: "Allow", Principal: { Service: ["batchoperations.s3.amazonaws.com"] }, Action: ["sts:AssumeRole"] },
    ],
  };
}

function digest(seed: number, index: number, what: string): string {
  return createHash("sha256").update(`quitclaim:${seed}:${index}:${what}`).digest("hex");
}

/** 12 digits, never starting with a zero so that no tool takes it for a shorter number. */
function accountIdOf(seed: number, index: number): string {
  return String((BigInt(`0x${digest(seed, index, "account").slice(0, 15)}`) % 900_000_000_000n) + 100_000_000_000n);
}

function base32Of(hex: string, length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from({ length }, (_, i) => alphabet[Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16) & 31]).join("");
}

function kmsArn(region: string, accountId: string, hex: string): string {
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
  return `arn:aws:kms:${region}:${accountId}:key/${id}`;
}
