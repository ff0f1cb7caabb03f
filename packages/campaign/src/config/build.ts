// The validated file as CampaignConfig, every default filled in.
import { dirname, isAbsolute, resolve } from "node:path";
import { accountId, canonicalId } from "../identity.ts";
import { BATCH_ROWS_MAX } from "../limits.ts";
import type {
  AccountConfig,
  BucketConfig,
  CampaignConfig,
  ClassPrices,
  CredentialSource,
  PriceSettings,
  Rule,
  RuleCondition,
} from "./model.ts";
import type { Dialect, RawCampaign, RawCredentials } from "./schema.ts";

const DEFAULTS = { requestsPerSecond: 3_500, batchRows: BATCH_ROWS_MAX, inventoryAgeHours: 72, processes: 1, concurrency: 256 } as const;

const variable = (reference: string): string => reference.slice("from-env:".length);

function credentialSource(raw: RawCredentials): CredentialSource {
  if (raw.role !== undefined)
    return { kind: "role", roleArn: raw.role, ...(raw.externalId === undefined ? {} : { externalId: raw.externalId }) };
  if (raw.profile !== undefined) return { kind: "profile", profile: raw.profile };
  if (raw.keys === undefined) return { kind: "default" };
  const { accessKeyId, secretAccessKey, sessionToken } = raw.keys;
  return {
    kind: "keys",
    accessKeyIdEnv: variable(accessKeyId),
    secretAccessKeyEnv: variable(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionTokenEnv: variable(sessionToken) }),
  };
}

/** `file` is absolute; `ruleLine` answers the line of the n-th rule. */
export function buildConfig(raw: RawCampaign, file: string, dialect: Dialect, ruleLine: (index: number) => number): CampaignConfig {
  const beside = (path: string): string => (isAbsolute(path) ? path : resolve(dirname(file), path));
  const place = (path: string): string => (path.startsWith("s3://") ? path.replace(/\/+$/, "") : beside(path));
  return {
    file,
    campaign: raw.campaign,
    bucket: bucketConfig(raw.bucket, dialect),
    inventory: {
      manifest: place(raw.inventory.manifest),
      ...(raw.inventory.root === undefined ? {} : { root: beside(raw.inventory.root) }),
    },
    accounts: raw.accounts.map(accountConfig),
    actions: {
      default: raw.actions?.default ?? "acl",
      thirdPartyGrants: raw.actions?.thirdPartyGrants ?? "keep",
      rules: (raw.actions?.rules ?? []).map((rule, i): Rule => ({ when: condition(rule.when), do: rule.do, line: ruleLine(i) })),
      ...(raw.actions?.reencryptFallback === undefined ? {} : { reencryptFallback: raw.actions.reencryptFallback }),
      ...(raw.actions?.encryptionContext === undefined
        ? {}
        : { encryptionContext: raw.actions.encryptionContext.map(({ prefix = "", context }) => ({ prefix, context })) }),
      ...(raw.actions?.kmsKey === undefined ? {} : { kmsKey: raw.actions.kmsKey }),
    },
    limits: { ...DEFAULTS, ...defined(raw.limits ?? {}) },
    ...(raw.prices === undefined ? {} : { prices: priceSettings(raw.prices) }),
    store: place(raw.store),
    redis: raw.redis ?? "embedded",
  };
}

function bucketConfig(raw: RawCampaign["bucket"], dialect: Dialect): BucketConfig {
  return {
    name: raw.name,
    owner: accountId(raw.owner),
    credentials: credentialSource(raw),
    // Servers that have no Regions take this one.
    region: raw.region ?? "us-east-1",
    forcePathStyle: raw.forcePathStyle ?? raw.endpoint !== undefined,
    dialect,
    ...(raw.ownerCanonicalId === undefined ? {} : { ownerCanonicalId: canonicalId(raw.ownerCanonicalId) }),
    ...(raw.endpoint === undefined ? {} : { endpoint: raw.endpoint }),
    ...(raw.stsEndpoint === undefined ? {} : { stsEndpoint: raw.stsEndpoint }),
  };
}

function accountConfig(raw: RawCampaign["accounts"][number]): AccountConfig {
  return {
    id: accountId(raw.id),
    name: raw.name ?? raw.id,
    credentials: credentialSource(raw),
    ...(raw.canonicalId === undefined ? {} : { canonicalId: canonicalId(raw.canonicalId) }),
  };
}

function condition(raw: NonNullable<NonNullable<RawCampaign["actions"]>["rules"]>[number]["when"]): RuleCondition {
  const { account, ...others } = raw;
  return { ...defined(others), ...(account === undefined ? {} : { account: account.map(accountId) }) };
}

function priceSettings({ asOf, storageClasses, ...others }: NonNullable<RawCampaign["prices"]>): PriceSettings {
  const classes = Object.entries(storageClasses ?? {}).map(([name, prices]): [string, ClassPrices] => [name, defined(prices)]);
  return { asOf, storageClasses: Object.fromEntries(classes), ...defined(others) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys whose value is undefined. */
const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>;
