/**
 * Fills a bucket the way years of cross-account uploads leave one, straight into the store: same seed, same bucket, down to the
 * version ids. Uploads go by the same ownership and ACL functions as those over HTTP. Rows made: exactly `objects`.
 */
import type { Bucket } from "../store/bucket.ts";
import { deleteMarker } from "../store/delete-marker.ts";
import { type ChecksumAlgorithm, ObjectVersion } from "../store/object.ts";
import type { Store } from "../store/store.ts";
import { Access } from "./access.ts";
import { oldBucket } from "./bucket-state.ts";
import {
  Calendar,
  dayMs,
  firstUpload,
  gapMsMax,
  lastUpload,
  modeSince,
  suspendedFrom,
  suspendedUntil,
  versioningSince,
} from "./calendar.ts";
import { Cast, type Writer } from "./cast.ts";
import { Checksums, contentPool, type FilledContent, hugeContents } from "./contents.ts";
import { Dice, Table } from "./dice.ts";
import { hardKeys, plainKey } from "./keys.ts";
import type { FillOptions } from "./options.ts";
import { drawLock, drawReplication } from "./protection.ts";
import { type Traits, TraitTables } from "./traits.ts";

export type { FillOptions } from "./options.ts";

/** Versions a key has; together about one row in ten is noncurrent. */
const chainLengths = new Table<number>([
  [0.935, 1],
  [0.045, 2],
  [0.015, 3],
  [0.005, 5],
]);
const deletedShare = 0.012;
const hugeShare = 1 / 12_000;
const customerKeyShare = 0.004;
/** Of objects whose uploader sent a checksum along; others have none, as objects from before 2022. */
const checksums = new Table<ChecksumAlgorithm | undefined>([
  [0.03, "CRC32"],
  [0.02, "SHA256"],
  [0.01, "CRC64NVME"],
  [0.005, "CRC32C"],
  [0.935, undefined],
]);
/** The rare traits have dice of their own: with or without them, everything else falls the same. */
const rareSeed = 0x5bd1e995;

/** Makes the bucket and its contents. */
export function fillBucket(store: Store, options: FillOptions): Bucket {
  const filler = new Filler(store, options);
  filler.run();
  return filler.bucket;
}

class Filler {
  readonly bucket: Bucket;
  readonly #store: Store;
  readonly #options: FillOptions;
  readonly #dice: Dice;
  readonly #rare: Dice;
  readonly #calendar: Calendar;
  readonly #cast: Cast;
  readonly #access: Access;
  readonly #traits: TraitTables;
  readonly #contents: readonly FilledContent[];
  readonly #huge: ReturnType<typeof hugeContents>;
  readonly #checksums = new Checksums();
  #left: number;
  #keys = 0;

  constructor(store: Store, options: FillOptions) {
    this.#store = store;
    this.#options = options;
    this.#dice = new Dice(options.seed);
    this.#rare = new Dice(options.seed ^ rareSeed);
    this.#calendar = new Calendar(options.now);
    this.#cast = new Cast(options.accounts, options.seed);
    this.bucket = oldBucket(store, options, this.#cast, this.#calendar);
    this.#access = new Access(store, this.bucket, this.#cast);
    this.#traits = new TraitTables(store);
    this.#contents = contentPool(this.#dice, options.seed, options.objects);
    this.#huge = hugeContents(options.seed);
    this.#left = options.objects;
  }

  run(): void {
    this.#special();
    while (this.#left > 0) this.#chain(undefined, this.#cast.draw(this.#dice));
    this.bucket.ownership = this.#options.mode;
    this.bucket.versioning = this.#options.versioning ? "Enabled" : undefined;
    this.bucket.lock = this.#options.versioning ? {} : undefined;
  }

  /** What every bucket of some size must have, however the dice fall: hard keys, a huge object, unsigned uploads, a lost account. */
  #special(): void {
    if (this.#options.objects < 100) return;
    const { uploaders, owner, anonymous, unmapped } = this.#cast;
    const writers = [...uploaders, owner];
    for (const [index, key] of hardKeys.entries())
      this.#version(key, writers[index % writers.length] as Writer, firstUpload + index * dayMs);
    this.#version("backup/full-dump.tar", uploaders[0] ?? owner, Date.UTC(2022, 3, 1), this.#huge[0]);
    this.#version("dropbox/drop-1.bin", anonymous, Date.UTC(2019, 0, 7));
    this.#version("dropbox/drop-2.bin", anonymous, Date.UTC(2020, 10, 3));
    this.#version("legacy-vendor/handover.zip", unmapped, Date.UTC(2017, 4, 9));
  }

  /** One key with its versions, oldest first, and perhaps a delete marker on top. */
  #chain(key: string | undefined, writer: Writer): void {
    const dice = this.#dice;
    let at = firstUpload + Math.floor(dice.roll() * ((lastUpload - firstUpload) / 1000)) * 1000;
    const name = key ?? plainKey(dice, writer.team, this.#keys, at);
    const length = this.#options.versioning ? Math.min(chainLengths.draw(dice), this.#left) : 1;
    for (let i = 0; i < length; i++) {
      // Now and then another team overwrites: each version has its own owner.
      this.#version(name, i > 0 && dice.chance(0.15) ? this.#cast.draw(dice) : writer, at);
      at = this.#calendar.after(at, dice.between(60, gapMsMax / 1000) * 1000);
    }
    if (this.#options.versioning && this.#left > 0 && dice.chance(deletedShare)) {
      const lastModified = this.#calendar.dated(at);
      this.bucket.insert(deleteMarker({ key: name, versionId: this.#versionId(name, at), owner: writer.canonicalId, lastModified }));
      this.#left--;
    }
  }

  #version(key: string, writer: Writer, at: number, given?: FilledContent): void {
    const dice = this.#dice;
    this.bucket.ownership = at >= modeSince ? this.#options.mode : undefined;
    const drawn = this.#traits.draw(dice, writer, at);
    const usual = given ?? dice.pick(this.#contents);
    const versionId = this.#versionId(key, at);
    const access = this.#access.draw(dice, writer);
    const { traits, filled } = given === undefined ? this.#rareTraits(writer, drawn, usual) : { traits: drawn, filled: given };
    const digest = traits.encryption.kind === "SSE-S3" || traits.encryption.kind === "NOT-SSE";
    const algorithm = checksums.draw(this.#rare);
    this.bucket.insert(
      new ObjectVersion({
        key,
        versionId,
        ...access,
        content: filled.content,
        etag: digest ? filled.etag : filled.kmsEtag,
        lastModified: this.#calendar.dated(at),
        ...traits,
        parts: filled.parts,
        checksum: algorithm === undefined ? undefined : this.#checksums.of(algorithm, filled),
        replicationStatus: drawReplication(this.#rare, at),
        // A null version is from before versioning, and Object Lock needs that.
        lock: versionId === "null" ? undefined : drawLock(this.#rare, this.#calendar, at),
      }),
    );
    this.#keys++;
    this.#left--;
  }

  /** Now and then the writer's own key, or a content too large for one copy (never under KMS too: that is a rehearsal of its own). */
  #rareTraits(writer: Writer, drawn: Traits, usual: FilledContent): { readonly traits: Traits; readonly filled: FilledContent } {
    const rare = this.#rare;
    if (drawn.encryption.kind === "SSE-KMS" || writer === this.#cast.anonymous) return { traits: drawn, filled: usual };
    if (rare.chance(hugeShare)) return { traits: drawn, filled: rare.pick(this.#huge) };
    if (!rare.chance(customerKeyShare)) return { traits: drawn, filled: usual };
    return { traits: { ...drawn, encryption: this.#traits.customerKey(this.#options.seed, writer) }, filled: usual };
  }

  /**
   * What the version was called: `null` before versioning began and while it was suspended. A key's second null version would
   * replace the first, and a row would be lost: it gets an id.
   */
  #versionId(key: string, at: number): string {
    const unversioned = !this.#options.versioning || at < versioningSince || (at >= suspendedFrom && at < suspendedUntil);
    if (unversioned && this.bucket.find(key, "null") === undefined) return "null";
    // The store's own sequence keeps later versions in order; its random tail is replaced by the seed's.
    return this.#store.newVersionId(this.#versionTail());
  }

  #versionTail(): string {
    for (let i = 0; i < tail.length; ) {
      let bits = Math.floor(this.#dice.roll() * 0x1_0000_0000);
      for (let j = 0; j < 6; j++) {
        tail[i++] = tailDigits.charCodeAt(bits & 31);
        bits >>>= 5;
      }
    }
    return tail.toString("latin1");
  }
}

const tailDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const tail = Buffer.alloc(24);
