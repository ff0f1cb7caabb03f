// Every bound of this package, with its unit in its name.

/** AssumeRole: role chaining refuses more, so never more (domain.md 5). */
export const session_seconds = 3_600;
/** A session is renewed this long before it ends, or in the last quarter of a shorter life. */
export const refresh_ahead_ms_max = 6 * 60_000;
/** Between attempts at a renewal that failed while the old session still works. */
export const refresh_retry_ms = 5_000;
/** Below this remaining life a session is not handed out any more: a request could outlive it. */
export const session_margin_ms_max = 10_000;
/** A profile or a machine's role is asked this often before it is said to give no credentials, with this between (and twice as long the next time). */
export const provider_tries_max = 3;
export const provider_retry_ms = 300;
/** A source that gave credentials before may fail for so long before somebody has to look at it. */
export const provider_patience_ms = 5 * 60_000;
/** Sessions in a row that end while they are asked who they are. */
export const expired_proofs_max = 5;
/** AssumeRole refuses a longer inline policy. */
export const session_policy_chars_max = 2_048;

export const connect_ms = 5_000;
/** S3 answers metadata calls in tens of milliseconds; a server that needs this long will not answer. */
export const headers_ms = 30_000;
/** Between two pieces of an answer's body. */
export const body_ms = 30_000;
/** A copy of 5 GB: S3 sends its headers early and then keeps the connection alive, other servers answer at the end. */
export const copy_headers_ms = 300_000;
export const copy_body_ms = 300_000;
/** A control-plane call, or the first byte of an object. */
export const control_ms = 60_000;
/** An annotation has up to 1 MiB, which is the largest that these calls read; an ACL of 100 grants is about 30 kB of XML. */
export const answer_bytes_max = 1 << 20;
/** A page of a thousand versions whose keys have 1,024 bytes, each of them percent-encoded. */
export const listing_bytes_max = 8 << 20;
/** Idle connections are dropped before S3 drops them (it does so after some 5 to 10 s), so that few requests meet a closing one. */
export const idle_connection_ms = 4_000;
/** Times in a row that a stream is taken up again without a byte of progress. */
export const stream_resumes_max = 5;
/** Concurrent creates of one name: S3 answers 409 while it decides. */
export const create_conflicts_max = 8;
export const create_conflict_wait_ms = 50;
