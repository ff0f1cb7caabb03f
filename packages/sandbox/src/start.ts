/** Puts a sandbox together: accounts, store, S3, STS, S3 Control, faults, log and admin behind one listener on 127.0.0.1. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { AccountBook } from "./account/book.ts";
import { seededAccounts } from "./account/seeded.ts";
import type { AccountSpec } from "./account/spec.ts";
import { type AccountDescription, describeAccount, type Manifests } from "./admin/description.ts";
import { AdminService } from "./admin/service.ts";
import { AnswerCounter, type Stats } from "./admin/stats.ts";
import { SigningKeys } from "./auth/signing-key.ts";
import { ControlService } from "./control/service.ts";
import { FaultControl } from "./faults/control.ts";
import { inventoryBucket } from "./fill/bucket-state.ts";
import { fillBucket } from "./fill/fill.ts";
import { createSandboxServer } from "./http/server.ts";
import { type InventoryFormat, writeReport } from "./inventory/report.ts";
import { KeyRing } from "./kms/keys.ts";
import { WriteLog, type WriteRecord } from "./log/write-log.ts";
import type { SandboxOptions } from "./options.ts";
import { S3Service } from "./s3/service.ts";
import { Store } from "./store/store.ts";
import { StsService } from "./sts/service.ts";

/** The ready line: everything a client needs. */
export interface SandboxDescription {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly region: string;
  /** The filled bucket; absent without a fill. */
  readonly bucket?: string;
  readonly owner: { readonly accountId: string; readonly canonicalId: string };
  readonly accounts: readonly AccountDescription[];
  readonly manifests: Manifests;
}

/** A running sandbox. */
export interface Sandbox {
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly description: SandboxDescription;
  readonly accounts: readonly AccountSpec[];
  readonly manifests: Manifests;
  /** Writes accepted so far, above the sequence number given. */
  writes(since?: number): readonly WriteRecord[];
  /** Answers so far, by operation and outcome. */
  stats(): Stats;
  readonly faults: FaultControl;
  readonly book: AccountBook;
  readonly store: Store;
  /** Writes a new report of a bucket as it is now; its manifest's `s3://` address. */
  makeInventory(bucket: string, format: InventoryFormat): Promise<string>;
  /** Stops listening, cuts open connections, cancels jobs. */
  close(): Promise<void>;
}

/** Starts a sandbox and fills it; it answers when the promise resolves. Throws what `listen` throws (EADDRINUSE …). */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? Date.now;
  const region = options.region ?? "us-east-1";
  const seed = options.seed ?? 1;
  const book = new AccountBook({
    now,
    ...(options.sessionSecondsMax === undefined ? {} : { sessionSecondsMax: options.sessionSecondsMax }),
  });
  const accounts =
    typeof options.accounts === "object"
      ? options.accounts
      : seededAccounts({ seed, count: options.accounts ?? 4, region, externalIds: options.externalIds ?? false });
  for (const account of accounts) book.add(account);
  const [owner] = accounts;
  if (owner === undefined) throw new Error("a sandbox needs at least one account");

  const store = new Store();
  const log = new WriteLog(now);
  const counter = new AnswerCounter();
  const faults = new FaultControl({
    seed,
    ...(options.faults === undefined ? {} : { settings: options.faults }),
    expireSession: (arn) => book.expireSessions({ arn }),
  });
  const makeInventory = async (name: string, format: InventoryFormat): Promise<string> => {
    const source = store.bucket(name);
    if (source === undefined) throw new Error(`there is no bucket ${name} to report on`);
    const rowsPerFile = options.inventoryRowsPerFile;
    const destination = inventoryBucket(store, source, now());
    return writeReport({ store, source, destination, format, now: now(), ...(rowsPerFile === undefined ? {} : { rowsPerFile }) });
  };
  const manifests: Manifests = {};
  let bucket: string | undefined;
  if (options.fill !== undefined) {
    const { objects, versioning = true, mode } = options.fill;
    bucket = fillBucket(store, {
      bucket: options.fill.bucket ?? "data-lake",
      objects,
      seed,
      accounts,
      region,
      now: now(),
      versioning,
      mode,
    }).name;
    for (const format of options.inventory ?? []) manifests[format] = await makeInventory(bucket, format);
  }

  const s3 = new S3Service({
    store,
    book,
    keys: new KeyRing(book, region),
    writes: log,
    region,
    now,
    bucketDefaults: options.bucketDefaults === "legacy" ? "legacy" : "aws",
    enforcedAcceptsCanned: options.enforcedAcceptsCanned ?? false,
  });
  const control = new ControlService({ book, s3, now, store });
  const server = createSandboxServer({
    auth: { book, keys: new SigningKeys(), region, now },
    s3,
    sts: new StsService(book, now),
    control,
    admin: new AdminService({ book, faults, log, counter, bucket, makeInventory }),
    faults,
    observer: counter,
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    port,
    region,
    description: {
      endpoint,
      region,
      ...(bucket === undefined ? {} : { bucket }),
      owner: { accountId: owner.accountId, canonicalId: owner.canonicalId },
      accounts: accounts.map(describeAccount),
      manifests,
    },
    accounts,
    manifests,
    writes: (since) => log.since(since),
    stats: () => counter.get(),
    faults,
    book,
    store,
    makeInventory,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await control.close();
      await closed;
    },
  };
}
