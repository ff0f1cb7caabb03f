/**
 * The ACL an object was uploaded with: mostly the uploader alone, sometimes the bucket owner too, sometimes third parties or the
 * public. Ownership follows from the canned ACL and the bucket's mode of that day.
 */
import { type Acl, authenticatedUsers, type Grant, groupGrant, logDelivery, userGrant } from "../acl/acl.ts";
import { cannedGrants, type ObjectCannedAcl } from "../acl/canned.ts";
import { ownerOfNewObject } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Store } from "../store/store.ts";
import type { Cast, Writer } from "./cast.ts";
import { type Dice, Table } from "./dice.ts";

type Upload = ObjectCannedAcl | "third-party" | "third-party-and-owner" | "two-parties" | "log-delivery" | "owner-read-both" | "unreadable";

const foreignUploads = new Table<Upload>([
  [0.705, "private"],
  [0.12, "bucket-owner-full-control"],
  [0.02, "bucket-owner-read"],
  [0.07, "third-party"],
  [0.015, "third-party-and-owner"],
  [0.03, "public-read"],
  [0.01, "authenticated-read"],
  [0.008, "log-delivery"],
  [0.012, "two-parties"],
  [0.006, "owner-read-both"],
  [0.004, "unreadable"],
]);

const ownUploads = new Table<Upload>([
  [0.03, "third-party"],
  [0.03, "public-read"],
  [0.01, "bucket-owner-full-control"],
  [0.93, "private"],
]);

export interface UploadedAccess {
  readonly owner: string;
  readonly acl: Acl;
}

export class Access {
  readonly #store: Store;
  readonly #bucket: Bucket;
  readonly #cast: Cast;
  /** By upload, owner and third party: three small lookups are cheaper than one by a name put together from two ids. */
  readonly #acls = new Map<Upload, Map<string, Map<string, Acl>>>();

  constructor(store: Store, bucket: Bucket, cast: Cast) {
    this.#store = store;
    this.#bucket = bucket;
    this.#cast = cast;
  }

  /** Owner and ACL of an upload by this writer; the bucket must stand in the mode of that day. */
  draw(dice: Dice, writer: Writer): UploadedAccess {
    const upload = writer === this.#cast.anonymous ? "private" : (writer === this.#cast.owner ? ownUploads : foreignUploads).draw(dice);
    const canned = isCanned(upload) ? upload : undefined;
    const owner = ownerOfNewObject(this.#bucket, writer.canonicalId, canned);
    if (canned !== undefined) return { owner, acl: this.#shared(canned, owner, "", () => cannedGrants(canned, owner, this.#bucket.owner)) };
    const third = this.#cast.thirdParty(dice, writer);
    return {
      owner,
      acl: this.#shared(upload, owner, third, () => this.#grants(upload as Exclude<Upload, ObjectCannedAcl>, owner, third)),
    };
  }

  #grants(upload: Exclude<Upload, ObjectCannedAcl>, owner: string, third: string): Grant[] {
    const own = userGrant(owner, "FULL_CONTROL");
    const bucketOwner = this.#bucket.owner;
    switch (upload) {
      case "third-party":
        return [own, userGrant(third, "READ")];
      case "third-party-and-owner":
        return [own, userGrant(third, "READ"), userGrant(bucketOwner, "FULL_CONTROL")];
      case "two-parties":
        return [own, userGrant(third, "READ"), userGrant(third, "READ_ACP"), groupGrant(authenticatedUsers, "READ")];
      case "log-delivery":
        return [own, groupGrant(logDelivery, "READ")];
      case "owner-read-both":
        return [own, userGrant(bucketOwner, "READ"), userGrant(bucketOwner, "READ_ACP")];
      case "unreadable":
        // Uploaded with grant headers that name the bucket owner only: not even the object's owner is granted anything.
        return [userGrant(bucketOwner, "READ")];
    }
  }

  #shared(upload: Upload, owner: string, third: string, make: () => readonly Grant[]): Acl {
    const byOwner = below(this.#acls, upload);
    const byThird = below(byOwner, owner);
    let acl = byThird.get(third);
    if (acl === undefined) {
      acl = this.#store.intern.acl(make());
      byThird.set(third, acl);
    }
    return acl;
  }
}

function below<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

const custom: ReadonlySet<Upload> = new Set([
  "third-party",
  "third-party-and-owner",
  "two-parties",
  "log-delivery",
  "owner-read-both",
  "unreadable",
]);

function isCanned(upload: Upload): upload is ObjectCannedAcl {
  return !custom.has(upload);
}
