// What AWS asks for requests, in dollars: us-east-1's prices, unless the campaign file has others. A forecast is not a bill.
import type { PriceSettings } from "@quitclaim/campaign";

/** When these figures were looked up: third parties quoting the AWS price pages. Minimum durations are the User Guide's. */
export const PRICES_DATED = "2026-10";

export interface ClassPrice {
  /** PUT, COPY, POST, LIST, and PutObjectAcl among them: dollars for 1,000. */
  readonly put: number;
  /** GET, HEAD and all others: dollars for 1,000. */
  readonly get: number;
  /** Reading the bytes, which a copy does: dollars for a GB. */
  readonly retrievalGb: number;
  /** Keeping them: dollars for a GB and month, the first tier's. */
  readonly storageGb: number;
}

const STANDARD: ClassPrice = { put: 0.005, get: 0.0004, retrievalGb: 0, storageGb: 0.023 };

const BY_CLASS: Readonly<Record<string, ClassPrice>> = {
  STANDARD_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01, storageGb: 0.0125 },
  ONEZONE_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01, storageGb: 0.01 },
  GLACIER_IR: { put: 0.02, get: 0.01, retrievalGb: 0.03, storageGb: 0.004 },
  GLACIER: { put: 0.03, get: 0.0004, retrievalGb: 0, storageGb: 0.0036 },
  DEEP_ARCHIVE: { put: 0.05, get: 0.0004, retrievalGb: 0, storageGb: 0.00099 },
};

/** Requests to KMS, and data events that CloudTrail logs; S3 Batch Operations for a job and for objects, its requests not included. */
const KMS_10_000 = 0.03;
const CLOUDTRAIL_100_000 = 0.1;
const BATCH_JOB = 0.25;
const BATCH_MILLION_OBJECTS = 1;

export interface Prices {
  /** For people: when they were looked up, and of which Region. */
  readonly dated: string;
  /** An unknown class is taken for STANDARD. Whether PutObjectAcl on a colder class is billed at its price is not documented; this assumes the worse. */
  of(storageClass: string): ClassPrice;
  readonly kmsRequest: number;
  readonly cloudTrailEvent: number;
  readonly batchJob: number;
  readonly batchObject: number;
}

/** The built-in table, with what the campaign file says instead. */
export function pricesOf(settings: PriceSettings | undefined): Prices {
  const classes = settings?.storageClasses ?? {};
  return {
    dated: settings?.asOf ?? PRICES_DATED,
    of(storageClass) {
      const built = BY_CLASS[storageClass] ?? STANDARD;
      // A class that neither knows costs what STANDARD does, here too.
      const given = classes[storageClass] ?? (storageClass in BY_CLASS ? undefined : classes.STANDARD);
      if (given === undefined) return built;
      return {
        put: given.putPer1000 ?? built.put,
        get: given.getPer1000 ?? built.get,
        retrievalGb: given.retrievalPerGb ?? built.retrievalGb,
        storageGb: given.storagePerGbMonth ?? built.storageGb,
      };
    },
    kmsRequest: (settings?.kmsPer10000 ?? KMS_10_000) / 10_000,
    cloudTrailEvent: (settings?.cloudTrailPer100000 ?? CLOUDTRAIL_100_000) / 100_000,
    batchJob: settings?.batchOperationsPerJob ?? BATCH_JOB,
    batchObject: (settings?.batchOperationsPerMillion ?? BATCH_MILLION_OBJECTS) / 1_000_000,
  };
}
