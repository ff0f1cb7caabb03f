// The shape of campaign.yaml. Every message says what to write instead; what needs two places at once is in cross-checks.ts.
import { z } from "zod";
import { BATCH_ROWS_MAX } from "../limits.ts";
import type { Path } from "./problem.ts";
import { parseSize } from "./size.ts";

export type Dialect = "aws" | "rgw";

export const ROLE_ARN = /^arn:aws(?:-cn|-us-gov)?:iam::(\d{12}):role\/([\w+=,.@/-]+)$/;
export const KMS_ARN = /^arn:aws(?:-cn|-us-gov)?:kms:([a-z0-9-]+):(\d{12}):(key|alias)\/[\w/-]+$/;
export const ACTIONS = ["acl", "copy", "reencrypt", "hold", "skip"] as const;
const ENCRYPTIONS = ["SSE-S3", "SSE-KMS", "DSSE-KMS", "SSE-C", "NOT-SSE"] as const;

/** Zod's own words for a wrong type, in ours. */
const wants =
  (what: string) =>
  (issue: { readonly input?: unknown }): string =>
    issue.input === undefined || issue.input === null ? `is missing; write ${what}` : `must be ${what}`;

const text = (what: string, pattern: RegExp, max = 1_024): z.ZodType<string> =>
  z
    .string({ error: wants(what) })
    .max(max, { error: `must be ${what}` })
    .regex(pattern, { error: `must be ${what}` });

const whole = (what: string, min: number, max: number): z.ZodType<number> =>
  z
    .int({ error: `must be ${what}` })
    .min(min, { error: `must be ${what}` })
    .max(max, { error: `must be ${what}` });

const oneOrMany = <T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> =>
  z.preprocess(
    (v) => (Array.isArray(v) || v === undefined ? v : [v]),
    z.array(item).min(1, { error: "must hold at least one entry, or be left out" }),
  ) as z.ZodType<z.output<T>[]>;

const mapping = <T extends z.ZodRawShape>(shape: T, what: string): z.ZodObject<T, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === "invalid_type" ? wants(what)(issue) : undefined),
  });

const size = z.preprocess(
  (v) => (typeof v === "string" ? (parseSize(v) ?? v) : v),
  z.number({ error: 'must be a size: bytes, or a number with a unit, e.g. "5 GB"' }).nonnegative({ error: "must not be negative" }),
);
const days = z.number({ error: "must be a number of days" }).nonnegative({ error: "must not be negative" });

const reference = (name: string): z.ZodType<string> =>
  text(`a reference to an environment variable, e.g. ${name}: from-env:NAME`, /^from-env:[A-Za-z_][A-Za-z0-9_]*$/);

const credentials = {
  role: text("the ARN of an IAM role, e.g. arn:aws:iam::222233334444:role/quitclaim", ROLE_ARN).optional(),
  externalId: text("an external ID: 2 to 1,224 letters, digits or + = , . @ : / _ -", /^[\w+=,.@:/-]{2,1224}$/, 1_224).optional(),
  profile: text("the name of a profile in ~/.aws/config", /^\S.*$/).optional(),
  credentials: z
    .enum(["default"], { error: "can only be `default` (the SDK's own chain); otherwise give role, profile or keys" })
    .optional(),
  keys: mapping(
    {
      accessKeyId: reference("accessKeyId"),
      secretAccessKey: reference("secretAccessKey"),
      sessionToken: reference("sessionToken").optional(),
    },
    "keys: { accessKeyId: from-env:A, secretAccessKey: from-env:B }",
  ).optional(),
};

const bucketName = z
  .string({ error: wants("the bucket's name") })
  .refine((name) => !/^(s3:\/\/|arn:)/.test(name), { error: "must be the bare name: no s3:// and no ARN" })
  // Buckets of us-east-1 from before 2018 may have capitals, underscores and long names; many of those have years of foreign uploads.
  .refine(
    (name) =>
      /^(s3:\/\/|arn:)/.test(name) ||
      (/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(name) && !/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(name)),
    {
      error: "is no bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit",
    },
  );

const url = (what: string): z.ZodType<string> =>
  z
    .string({ error: `must be ${what}` })
    .refine((v) => URL.canParse(v) && /^https?:$/.test(new URL(v).protocol), { error: `must be ${what}` });

const dollars = z.number({ error: "must be an amount in dollars" }).nonnegative({ error: "must not be negative" }).optional();
const prices = mapping(
  {
    asOf: text('when these prices were looked up, e.g. "2026-11, eu-central-1"', /^\S.*$/, 64),
    storageClasses: z
      .record(
        text("a storage class as S3 writes it, e.g. STANDARD_IA", /^[A-Z][A-Z0-9_]*$/),
        mapping(
          { putPer1000: dollars, getPer1000: dollars, retrievalPerGb: dollars, storagePerGbMonth: dollars },
          "STANDARD: { putPer1000: 0.0054, getPer1000: 0.00043, storagePerGbMonth: 0.0245 }",
        ),
        { error: "must be a mapping of storage classes to their prices" },
      )
      .optional(),
    kmsPer10000: dollars,
    cloudTrailPer100000: dollars,
    batchOperationsPerJob: dollars,
    batchOperationsPerMillion: dollars,
  },
  'prices: { asOf: "2026-11, eu-central-1", storageClasses: { … } }',
);

export function campaignSchema(dialect: Dialect) {
  const account =
    dialect === "aws"
      ? text('an AWS account number: 12 digits, e.g. "222233334444"', /^\d{12}$/)
      : text("the user's ID on the server, without spaces, slashes or colons", /^[A-Za-z0-9_.$@+-]+$/, 64);
  const canonical =
    dialect === "aws"
      ? text("a canonical user ID: 64 hexadecimal digits", /^[0-9a-f]{64}$/)
      : text("the owner ID that the server shows", /^\S+$/);
  const action = z.enum(ACTIONS, { error: `must be one of ${ACTIONS.join(", ")}` });
  const condition = mapping(
    {
      account: oneOrMany(account).optional(),
      prefix: oneOrMany(z.string({ error: "must be text: the beginning of a key" })).optional(),
      glob: oneOrMany(z.string({ error: "must be text: a pattern for keys" })).optional(),
      storageClass: oneOrMany(text("a storage class as S3 writes it, e.g. STANDARD_IA", /^[A-Z][A-Z0-9_]*$/)).optional(),
      encryption: oneOrMany(z.enum(ENCRYPTIONS, { error: `must be one of ${ENCRYPTIONS.join(", ")}` })).optional(),
      largerThan: size.optional(),
      smallerThan: size.optional(),
      olderThanDays: days.optional(),
      newerThanDays: days.optional(),
      latest: z.boolean({ error: "must be true or false" }).optional(),
    },
    "when: { … }; an empty one, {}, matches every object",
  );
  const contextEntry = mapping(
    {
      prefix: z.string({ error: "must be text: the beginning of a key" }).optional(),
      context: z.record(z.string(), z.string({ error: "must be text" }), {
        error: wants("a mapping of text to text, e.g. { team: lake }; {} where there is none"),
      }),
    },
    "- { prefix: raw/, context: { team: lake } }",
  );
  const encryptionContext = z.preprocess(
    (value) => (value === "none" ? [{ context: {} }] : value),
    z.array(contextEntry, { error: "must be `none`, or a list of { prefix: …, context: { … } }" }),
  );
  return mapping(
    {
      campaign: text(
        "a name for the campaign: up to 63 letters, digits, dots, hyphens and underscores",
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      ),
      bucket: mapping(
        {
          name: bucketName,
          owner: account,
          ownerCanonicalId: canonical.optional(),
          region: text("the bucket's Region, e.g. eu-central-1", /^[a-z0-9-]+$/).optional(),
          endpoint: url("the URL of an S3-compatible server, e.g. http://127.0.0.1:9000").optional(),
          stsEndpoint: url("the URL of its STS").optional(),
          forcePathStyle: z.boolean({ error: "must be true or false" }).optional(),
          dialect: z.enum(["aws", "rgw"], { error: "must be aws or rgw" }).optional(),
          ...credentials,
        },
        'bucket: { name: …, owner: "…", region: … }',
      ),
      inventory: mapping(
        {
          manifest: text("the path or s3:// URL of the report's manifest.json", /^\S.*$/),
          root: text("the folder that holds copies of the report's data files", /^\S.*$/).optional(),
        },
        "inventory: { manifest: s3://…/manifest.json }",
      ),
      accounts: z
        .array(
          mapping(
            { id: account, name: text("a short name", /^\S.{0,63}$/).optional(), canonicalId: canonical.optional(), ...credentials },
            '- { id: "222233334444", role: … }',
          ),
          { error: wants("a list of the uploading accounts") },
        )
        .min(1, { error: "must hold at least one uploading account" }),
      actions: mapping(
        {
          default: action.optional(),
          thirdPartyGrants: z.enum(["keep", "drop", "hold"], { error: "must be keep, drop or hold" }).optional(),
          kmsKey: text("the ARN of a KMS key of the bucket owner", KMS_ARN).optional(),
          reencryptFallback: z.enum(["copy", "hold"], { error: "must be copy or hold" }).optional(),
          encryptionContext: encryptionContext.optional(),
          rules: z
            .array(mapping({ when: condition, do: action }, "- { when: { … }, do: … }"), { error: "must be a list of rules" })
            .optional(),
        },
        "actions: { default: acl }",
      ).optional(),
      limits: mapping(
        {
          requestsPerSecond: whole("a whole number from 1 to 100,000", 1, 100_000).optional(),
          batchRows: whole(`a whole number from 1 to ${BATCH_ROWS_MAX}`, 1, BATCH_ROWS_MAX).optional(),
          inventoryAgeHours: z.number({ error: "must be a number of hours" }).positive({ error: "must be above 0" }).optional(),
          processes: whole("a whole number from 1 to 256", 1, 256).optional(),
          concurrency: whole("a whole number from 1 to 4,096", 1, 4_096).optional(),
        },
        "limits: { requestsPerSecond: 3500 }",
      ).optional(),
      prices: prices.optional(),
      store: text("a folder for the campaign, or s3://bucket/prefix", /^\S.*$/),
      redis: z
        .string({ error: "must be `embedded`, or a redis:// or rediss:// URL" })
        .refine((v) => v === "embedded" || (/^rediss?:\/\/./.test(v) && URL.canParse(v)), {
          error: "must be `embedded`, or a redis:// or rediss:// URL, e.g. redis://host:6379/0",
        })
        .optional(),
    },
    "a mapping with campaign, bucket, inventory, accounts and store",
  );
}

export type RawCampaign = z.output<ReturnType<typeof campaignSchema>>;
export type RawCredentials = Pick<RawCampaign["accounts"][number], "role" | "externalId" | "profile" | "credentials" | "keys">;

/** The keys that a mapping at this path may have. */
export function knownKeys(path: Path): string[] {
  let at: unknown = campaignSchema("aws");
  for (const part of path) {
    const bare = inner(at);
    at = typeof part === "number" && bare instanceof z.ZodArray ? bare.element : bare instanceof z.ZodObject ? bare.shape[part] : undefined;
  }
  const bare = inner(at);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

const inner = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? inner(schema.unwrap()) : schema);
