// A limit on everything the worker does, with its unit last in its name.
import { LOCK_MS } from "@quitclaim/campaign";

/** Batches that one process holds for one account: two, so that claiming and writing the ledger hide behind the other's requests. */
export const ACCOUNT_BATCHES_MAX = 2;

/** Attempts at a request that fails in passing (5xx, reset, timeout). */
export const TRANSIENT_ATTEMPTS_MAX = 5;
export const TRANSIENT_BACKOFF_BASE_MS = 100;
export const TRANSIENT_BACKOFF_MS_MAX = 10_000;
/** SlowDown costs no attempt, but a server that says nothing else for this many answers is a failure that a person must see. */
export const THROTTLED_ANSWERS_MAX = 120;
export const THROTTLED_BACKOFF_BASE_MS = 50;
export const THROTTLED_BACKOFF_MS_MAX = 5_000;
/** Renewals in a row that S3 still calls expired, some ten seconds of them: past that, the clock or the endpoint is wrong, and the account is paused. */
export const EXPIRED_ANSWERS_MAX = 10;
/** A bare 400 to a HEAD is an expired session or a customer's key; this many, with proof of a good session between them, are a customer's key. */
export const BARE_REFUSALS_MAX = 4;
/** Attempts at a session while STS is unreachable or throttles, each backed off as a transient refusal. */
export const SESSION_ATTEMPTS_MAX = 6;

/** Denials in a row, none succeeding, that set a batch aside (design.md 6). */
export const DENIALS_IN_A_ROW_MAX = 20;
/** Batches set aside in a row, none succeeding between them, that pause the account. */
export const DOUBTED_BATCHES_MAX = 5;
/** For the one question that is asked to find a denial's cause. */
export const CAUSE_MS_MAX = 5_000;
/** A batch set aside comes back after this long. */
export const ASIDE_DELAY_MS = 500;
/** A batch handed back by the breaker comes behind the account's others, so that a resume meets other objects first. */
export const DENIED_BATCH_DELAY_MS = 2_000;

/** No request is sent on a fence that Redis has not confirmed for this long: a stopped process that wakes up asks first. */
export const FENCE_CONFIRMED_MS_MAX = 1_000;
/** Between two notes: half of CHECKPOINT_INTERVAL_MS, which leaves room for the note itself and for a machine that is busy. */
export const NOTE_INTERVAL_MS = 125;
/** A note is sent even with nothing to say after this long, to confirm the fence. */
export const FENCE_CONFIRM_INTERVAL_MS = 400;
/** Notes are tried again this long while Redis does not answer; then the lock is gone and another worker may hold the batch. */
export const NOTE_RETRY_MS_MAX = (LOCK_MS * 3) / 4;
export const NOTE_RETRY_INTERVAL_MS = 250;

/** Between two leases of request tokens. */
export const LEASE_INTERVAL_MS = 50;
/** Tokens that a process may hold, as time at its own share: what it can burst. */
export const LEASE_HELD_MS_MAX = 100;
/** A process goes on at its last lease's rate this long while Redis does not answer. */
export const LEASE_FALLBACK_MS_MAX = LOCK_MS;
/** Between two looks at the operator's ceiling, and two heartbeats. */
export const HEARTBEAT_INTERVAL_MS = 1_000;

/** One ACL's read-merge-write is begun again this often when somebody else writes it at the same time. */
export const MERGE_ROUNDS_MAX = 3;
/** How long a copy whose answer was lost may still be running at S3: a floor, and the slowest speed to reckon with. */
export const COPY_SETTLE_BASE_MS = 500;
export const COPY_SETTLE_BYTES_PER_MS = 100_000;
export const COPY_SETTLE_MS_MAX = 60_000;
/** Parts of a copy over 5 GB, where the source's own cannot be kept: the forecast reckons with the same (domain.md 4.5). */
export const COPY_PART_BYTES = 256 * 1024 ** 2;
/** What S3 takes: every part but the last at least so large, at most so large, at most so many. */
export const PART_BYTES_MIN = 5 * 1024 ** 2;
export const PART_BYTES_MAX = 5 * 1024 ** 3;
export const PARTS_MAX = 10_000;
/** Parts of one object that are copied at once; the gate bounds all objects together. */
export const COPY_PARTS_IN_FLIGHT = 8;
export const PART_PROBES_IN_FLIGHT = 16;
/** Annotations (up to 1,000 of 1 MiB) of one object that are read or put at once. */
export const ANNOTATIONS_IN_FLIGHT = 4;
/** ACLs of copied objects that are removed from the store at once when their batch is over. */
export const ACL_RECORDS_IN_FLIGHT = 16;
/** S3's clock against ours: how much older than its intent a copy of ours may look. */
export const CLOCK_SKEW_MS_MAX = 300_000;

/** The public access block is read again after this long, where it matters at all. */
export const PUBLIC_ACCESS_FRESH_MS = 30_000;
/** The bucket's ownership mode is read again after this long. */
export const OWNERSHIP_MODE_FRESH_MS = 30_000;

/** Whether the bucket has Object Lock, which may be switched on at any time, is asked again after this long. */
export const BUCKET_LOCK_FRESH_MS = 300_000;

/** Plan parts (footers, not rows) that a process keeps open. */
export const PLAN_PARTS_OPEN_MAX = 16;
/** Distinct ACLs that a process keeps parsed. */
export const PARSED_ACLS_MAX = 1_024;

/** A graceful stop waits this long for requests in flight before it cuts them off. */
export const DRAIN_MS_MAX = 15_000;
/** ... and no longer than this where Redis has been silent for so long: nothing can be noted or handed back, and nothing may be sent. */
export const DRAIN_SILENT_MS_MAX = 3_000;
/** Aborting the uploads in parts that a worker leaves behind: all of it together, and times for one upload. */
export const LAST_WORD_MS_MAX = 1_000;
export const ABORT_ROUNDS_MAX = 3;
/** Bound on the last note and the hand-back when leaving at once. */
export const LEAVE_MS_MAX = 1_500;

/** For so long a worker claims beside its own batches when another has died. */
export const RELIEF_MS = 1_500;
/** Batches of one account that a process holds beside its own then. */
export const TAKEN_OVER_BATCHES_MAX = 8;

/** Waiting jobs, none active, not paused, for this long: the BullMQ worker is rebuilt (stack.md). */
export const WATCHDOG_MS = 60_000;
export const WATCHDOG_INTERVAL_MS = 5_000;

/** A batch that met something out of reach (STS, the store) comes back after this long. */
export const LATER_DELAY_MS = 10_000;
/** The same complaint of a Redis client is told at most this often. */
export const REPEATED_COMPLAINT_MS = 10_000;
