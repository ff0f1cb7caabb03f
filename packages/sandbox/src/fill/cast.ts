/** Who wrote into the bucket: the owner, uploaders of uneven weight, an account nobody knows, and nobody at all. */
import { createHash } from "node:crypto";
import type { AccountSpec } from "../account/spec.ts";
import { anonymousCanonicalId } from "../acl/acl.ts";
import { type Dice, Table } from "./dice.ts";

/** A writer: an account of the book, or just a canonical id. */
export interface Writer {
  readonly canonicalId: string;
  readonly team: string;
  readonly account?: AccountSpec;
}

/** Share of versions that the bucket owner wrote itself. */
const ownerShare = 0.45;
/** Share of an account that has gone and left no role behind. */
const unmappedShare = 0.004;

export class Cast {
  readonly owner: Writer;
  readonly uploaders: readonly Writer[];
  /** Its canonical id belongs to no account of the book. */
  readonly unmapped: Writer;
  readonly anonymous: Writer = { canonicalId: anonymousCanonicalId, team: "dropbox" };
  /** A canonical id that is only ever granted to. */
  readonly outsider: string;
  readonly #table: Table<Writer>;

  constructor(accounts: readonly AccountSpec[], seed: number) {
    const [owner, ...uploaders] = accounts.map((account) => ({ canonicalId: account.canonicalId, team: account.name, account }));
    if (owner === undefined) throw new Error("a bucket needs an owner: give at least one account");
    this.owner = owner;
    this.uploaders = uploaders;
    this.unmapped = { canonicalId: idOf(seed, "unmapped"), team: "legacy-vendor" };
    this.outsider = idOf(seed, "outsider");
    const weights = uploaders.map((_, index) => 1 / (index + 1) ** 0.8);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const foreign = 1 - ownerShare - unmappedShare;
    this.#table = new Table<Writer>([
      [unmappedShare, this.unmapped],
      ...uploaders.map((uploader, index) => [(foreign * (weights[index] ?? 0)) / total, uploader] as const),
      [ownerShare, owner],
    ]);
  }

  /** Somebody, by the shares. */
  draw(dice: Dice): Writer {
    return this.#table.draw(dice);
  }

  /** A canonical id to grant to: another uploader or the outsider. */
  thirdParty(dice: Dice, writer: Writer): string {
    const other = this.uploaders.length === 0 ? undefined : dice.pick(this.uploaders);
    return other === undefined || other === writer || dice.chance(0.4) ? this.outsider : other.canonicalId;
  }
}

function idOf(seed: number, what: string): string {
  return createHash("sha256").update(`quitclaim:${seed}:${what}`).digest("hex");
}
