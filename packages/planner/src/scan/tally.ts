// What was counted in a data file, and how counts of files become those of the report. Conservation is asserted where counts are made and where they are summed.
import {
  type AccountId,
  assertPlanConserved,
  emptyCounts,
  type Grant,
  type HeldReason,
  type Op,
  type PlanCounts,
} from "@quitclaim/campaign/words";
import { GRANT_KEYS_MAX, GRANT_PREFIXES_MAX } from "../limits.ts";

/** One permission that one grantee has on objects of which it is neither the owner nor the bucket owner. */
export interface GrantTally {
  readonly grant: Grant;
  objects: number;
  bytes: number;
  /** Of these, how many the bucket owner owns already: the switch takes these grants away too. */
  ownedByBucketOwner: number;
  /** By first path part; undefined where there were too many. */
  prefixes: Map<string, PrefixTally> | undefined;
  /** Every key; undefined where there were too many. */
  keys: Set<string> | undefined;
}

/** Objects whose keys begin with the same path part. */
export interface PrefixTally {
  objects: number;
  /** The longest path that all of them lie below: it ends with a slash, or is "". */
  below: string;
}

export interface Tally {
  total: PlanCounts;
  accounts: Map<AccountId, PlanCounts>;
  switchAlone: number;
  unmapped: Map<string, { rows: number; bytes: number }>;
  grants: Map<string, GrantTally>;
  /** Objects, whatever becomes of them, of whose ACL the report tells nothing, or nothing that can be understood: whom else it lets in, nobody knows. */
  grantsUnknown: { objects: number; ownedByBucketOwner: number };
  /** Planned rows whose ACL is not in the report, by op: each costs one request more. */
  aclUnknown: Partial<Record<Op, number>>;
  /** Planned rows that are granted and that no version ID pins: the worker looks at their ACL before it writes another, one request more each. */
  unpinned: number;
  /** Rows whose ACL cannot be understood. */
  aclUnreadable: number;
  /** Planned copies over CopyObject's limit, and the parts they need. */
  largeCopies: { objects: number; parts: number };
  /** Planned bytes by op and storage class, for prices. */
  classes: Map<string, ClassTally>;
}

export interface ClassTally {
  readonly op: Op;
  readonly storageClass: string;
  objects: number;
  bytes: number;
  /** Of these, under SSE-KMS or DSSE-KMS. */
  kmsObjects: number;
  /** Of copies: objects on which others' grants are put back afterwards. */
  regranted: number;
  /** Of copies: objects whose minimum storage duration is not over, and what is left of it, in KiB times days. */
  earlyObjects: number;
  earlyKibDays: number;
}

export const emptyTally = (): Tally => ({
  total: emptyCounts(),
  accounts: new Map(),
  switchAlone: 0,
  unmapped: new Map(),
  grants: new Map(),
  grantsUnknown: { objects: 0, ownedByBucketOwner: 0 },
  aclUnknown: {},
  unpinned: 0,
  aclUnreadable: 0,
  largeCopies: { objects: 0, parts: 0 },
  classes: new Map(),
});

export function accountCounts(tally: Tally, account: AccountId): PlanCounts {
  let counts = tally.accounts.get(account);
  if (counts === undefined) {
    counts = emptyCounts();
    tally.accounts.set(account, counts);
  }
  return counts;
}

/** Names of grants that were counted before: putting one together takes longer than counting. */
const NAMES = new WeakMap<Grant, string>();

export function grantName(grant: Grant): string {
  let name = NAMES.get(grant);
  if (name === undefined) {
    name = `${"id" in grant ? grant.id : grant.uri} ${grant.permission}`;
    NAMES.set(grant, name);
  }
  return name;
}

/** The part of a key up to and with its first slash; "" where it has none. */
export const firstPart = (key: string): string => key.slice(0, key.indexOf("/") + 1);

/** The longest path that is the beginning of both. `path` is one already. */
function commonPath(path: string, other: string): string {
  if (other.startsWith(path)) return path;
  let end = 0;
  for (let i = 0; i < path.length && path[i] === other[i]; i++) if (path[i] === "/") end = i + 1;
  return path.slice(0, end);
}

function countPrefix(prefixes: Map<string, PrefixTally>, objects: number, path: string): void {
  const first = firstPart(path);
  const known = prefixes.get(first);
  if (known === undefined) {
    prefixes.set(first, { objects, below: path.slice(0, path.lastIndexOf("/") + 1) });
    return;
  }
  known.objects += objects;
  known.below = commonPath(known.below, path);
}

export function countGrant(tally: Tally, grant: Grant, key: string, size: number, own: boolean): void {
  const name = grantName(grant);
  let entry = tally.grants.get(name);
  if (entry === undefined) {
    entry = { grant, objects: 0, bytes: 0, ownedByBucketOwner: 0, prefixes: new Map(), keys: new Set() };
    tally.grants.set(name, entry);
  }
  entry.objects++;
  entry.bytes += size;
  if (own) entry.ownedByBucketOwner++;
  if (entry.prefixes !== undefined) countPrefix(entry.prefixes, 1, key);
  entry.keys?.add(key);
  forgetTooMany(entry);
}

/** Forgetting is all or nothing, so that what is told does not depend on how rows were cut into files. */
function forgetTooMany(entry: GrantTally): void {
  if (entry.prefixes !== undefined && entry.prefixes.size > GRANT_PREFIXES_MAX) entry.prefixes = undefined;
  if (entry.keys !== undefined && entry.keys.size > GRANT_KEYS_MAX) entry.keys = undefined;
}

function addCounts(to: PlanCounts, from: PlanCounts): void {
  to.rows += from.rows;
  to.ownedByBucketOwner += from.ownedByBucketOwner;
  to.deleteMarkers += from.deleteMarkers;
  to.alreadyGranted += from.alreadyGranted;
  to.skipped += from.skipped;
  to.bytes += from.bytes;
  to.plannedBytes += from.plannedBytes;
  for (const [op, n] of Object.entries(from.planned) as [Op, number][]) to.planned[op] = (to.planned[op] ?? 0) + n;
  for (const [reason, n] of Object.entries(from.held) as [HeldReason, number][]) to.held[reason] = (to.held[reason] ?? 0) + n;
}

/** Adds one file's tally. Throws where the file's rows are not all accounted for. */
export function addTally(to: Tally, from: Tally, file: string): void {
  assertConserved(from, file);
  addCounts(to.total, from.total);
  for (const [account, counts] of from.accounts) addCounts(accountCounts(to, account), counts);
  to.switchAlone += from.switchAlone;
  for (const [owner, n] of from.unmapped) {
    const entry = to.unmapped.get(owner);
    to.unmapped.set(owner, { rows: (entry?.rows ?? 0) + n.rows, bytes: (entry?.bytes ?? 0) + n.bytes });
  }
  for (const [name, grant] of from.grants) addGrant(to, name, grant);
  to.grantsUnknown.objects += from.grantsUnknown.objects;
  to.grantsUnknown.ownedByBucketOwner += from.grantsUnknown.ownedByBucketOwner;
  for (const [op, n] of Object.entries(from.aclUnknown) as [Op, number][]) to.aclUnknown[op] = (to.aclUnknown[op] ?? 0) + n;
  to.unpinned += from.unpinned;
  to.aclUnreadable += from.aclUnreadable;
  to.largeCopies.objects += from.largeCopies.objects;
  to.largeCopies.parts += from.largeCopies.parts;
  for (const [name, entry] of from.classes) {
    const sum = to.classes.get(name) ?? { ...entry, objects: 0, bytes: 0, kmsObjects: 0, regranted: 0, earlyObjects: 0, earlyKibDays: 0 };
    sum.objects += entry.objects;
    sum.bytes += entry.bytes;
    sum.kmsObjects += entry.kmsObjects;
    sum.regranted += entry.regranted;
    sum.earlyObjects += entry.earlyObjects;
    sum.earlyKibDays += entry.earlyKibDays;
    to.classes.set(name, sum);
  }
}

function addGrant(to: Tally, name: string, from: GrantTally): void {
  const entry = to.grants.get(name);
  if (entry === undefined) {
    const prefixes = from.prefixes && new Map([...from.prefixes].map(([first, prefix]) => [first, { ...prefix }]));
    to.grants.set(name, { ...from, prefixes, keys: from.keys && new Set(from.keys) });
    return;
  }
  entry.objects += from.objects;
  entry.bytes += from.bytes;
  entry.ownedByBucketOwner += from.ownedByBucketOwner;
  if (from.prefixes === undefined) entry.prefixes = undefined;
  else if (entry.prefixes !== undefined)
    for (const { objects, below } of from.prefixes.values()) countPrefix(entry.prefixes, objects, below);
  if (from.keys === undefined) entry.keys = undefined;
  else for (const key of from.keys) entry.keys?.add(key);
  forgetTooMany(entry);
}

/** In total and for each account. */
export function assertConserved(tally: Tally, what: string): void {
  assertPlanConserved(tally.total, what);
  for (const [account, counts] of tally.accounts) assertPlanConserved(counts, `${what}, account ${account}`);
}
