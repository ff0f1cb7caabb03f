// What AWS asks for requests, us-east-1, in dollars. Other Regions differ by some per cent; a forecast is not a bill.

/** When these figures were looked up: third parties quoting the AWS price page. Minimum durations are the User Guide's. */
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
  /** Days that are billed at least, and bytes of each object. */
  readonly minimumDays: number;
  readonly minimumBytes: number;
}

const KIB_128 = 128 * 1024;
const STANDARD: ClassPrice = { put: 0.005, get: 0.0004, retrievalGb: 0, storageGb: 0.023, minimumDays: 0, minimumBytes: 0 };

const BY_CLASS: Readonly<Record<string, ClassPrice>> = {
  STANDARD_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01, storageGb: 0.0125, minimumDays: 30, minimumBytes: KIB_128 },
  ONEZONE_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01, storageGb: 0.01, minimumDays: 30, minimumBytes: KIB_128 },
  GLACIER_IR: { put: 0.02, get: 0.01, retrievalGb: 0.03, storageGb: 0.004, minimumDays: 90, minimumBytes: KIB_128 },
  GLACIER: { put: 0.03, get: 0.0004, retrievalGb: 0, storageGb: 0.0036, minimumDays: 90, minimumBytes: 0 },
  DEEP_ARCHIVE: { put: 0.05, get: 0.0004, retrievalGb: 0, storageGb: 0.00099, minimumDays: 180, minimumBytes: 0 },
};

/** An unknown class is taken for STANDARD. Whether PutObjectAcl on a colder class is billed at its price is not documented; this assumes the worse. */
export const priceOf = (storageClass: string): ClassPrice => BY_CLASS[storageClass] ?? STANDARD;

/** S3 Batch Operations: dollars for a job, and for 1,000,000 objects. The requests it sends come on top. */
export const BATCH_JOB_DOLLARS = 0.25;
export const BATCH_MILLION_OBJECTS_DOLLARS = 1;
