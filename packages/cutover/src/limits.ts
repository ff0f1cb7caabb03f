// A limit on everything that grows or waits, with its unit last in the name.

/** A bucket policy's size limit (domain.md 2.3). */
export const POLICY_BYTES_MAX = 20 * 1024;
/** How long a changed setting may take to be seen by a read (domain.md 2.1: propagation is not documented). */
export const READ_BACK_MS_MAX = 60_000;
export const READ_BACK_PAUSE_MS = 250;
/** How long a refused probe is tried again before it counts: a switch takes a moment to reach every server. */
export const PROBE_PATIENCE_MS = 20_000;
export const PROBE_PAUSE_MS = 500;
/** Objects probed for each account right after the switch. */
export const PROBES_PER_ACCOUNT = 25;
/** Objects verified for each account and outcome unless told otherwise. */
export const VERIFY_PER_OUTCOME = 200;
/** Requests in flight while probing, verifying and sampling. */
export const READS_IN_FLIGHT = 32;
/** Batches looked into to find rows for a sample of one account. */
export const SAMPLED_BATCHES_MAX = 48;
/** Ledger footers read at a time when counting what is done. */
export const LEDGERS_IN_FLIGHT = 32;
/** Pages of 1,000 versions listed in the search for late arrivals. */
export const ARRIVAL_PAGES_MAX = 20;
/** Objects whose key's account is looked up by HEAD. */
export const KMS_SAMPLE_MAX = 60;
/** Buckets of the same owner asked whether they log into this one. */
export const LOGGING_SOURCES_MAX = 100;
/** Lines of evidence in one finding; the rest is counted. */
export const EVIDENCE_LINES_MAX = 12;
/** Wrong objects listed in verify.json; all are counted. */
export const WRONG_LISTED_MAX = 1_000;
export const PROGRESS_INTERVAL_MS = 500;
