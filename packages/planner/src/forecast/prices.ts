// What AWS asks for requests, us-east-1, in dollars. Other Regions differ by some per cent; a forecast is not a bill.

/** When these figures were looked up, and where (domain.md 6: third parties quoting the AWS price page). */
export const PRICES_DATED = "2026-10";

interface RequestPrice {
  /** PUT, COPY, POST, LIST, and PutObjectAcl among them: dollars for 1,000. */
  readonly put: number;
  /** GET, HEAD and all others: dollars for 1,000. */
  readonly get: number;
  /** Reading the bytes, which a copy does: dollars for a GB. */
  readonly retrievalGb: number;
}

const STANDARD: RequestPrice = { put: 0.005, get: 0.0004, retrievalGb: 0 };

const BY_CLASS: Readonly<Record<string, RequestPrice>> = {
  STANDARD_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01 },
  ONEZONE_IA: { put: 0.01, get: 0.001, retrievalGb: 0.01 },
  GLACIER_IR: { put: 0.02, get: 0.01, retrievalGb: 0.03 },
  GLACIER: { put: 0.03, get: 0.0004, retrievalGb: 0 },
  DEEP_ARCHIVE: { put: 0.05, get: 0.0004, retrievalGb: 0 },
};

/** An unknown class is taken for STANDARD. Whether PutObjectAcl on a colder class is billed at its price is not documented; this assumes the worse. */
export const priceOf = (storageClass: string): RequestPrice => BY_CLASS[storageClass] ?? STANDARD;

/** S3 Batch Operations: dollars for a job, and for 1,000,000 objects. The requests it sends come on top. */
export const BATCH_JOB_DOLLARS = 0.25;
export const BATCH_MILLION_OBJECTS_DOLLARS = 1;
