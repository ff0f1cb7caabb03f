/**
 * Pools that give back one shared instance for equal values, so that a million objects with the same ACL hold one ACL. A
 * pool stops growing at `distinctMax` (values that hardly repeat gain nothing from it).
 */
import type { Acl, Grant } from "../acl/acl.ts";
import { grantKey } from "../acl/acl.ts";
import type { Encryption, ObjectAttributes, Tags } from "./object.ts";

const distinctMax = 50_000;

export const noTags: Tags = new Map();

class Pool<T> {
  readonly #known = new Map<string, T>();

  get(key: string, value: T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size < distinctMax) this.#known.set(key, value);
    return value;
  }
}

export class Intern {
  readonly #acls = new Pool<Acl>();
  readonly #attributes = new Pool<ObjectAttributes>();
  readonly #encryptions = new Pool<Encryption>();
  readonly #tags = new Pool<Tags>();

  acl(grants: readonly Grant[]): Acl {
    return this.#acls.get(grants.map(grantKey).join("\n"), grants);
  }

  attributes(given: ObjectAttributes): ObjectAttributes {
    return this.#attributes.get(JSON.stringify({ ...given, metadata: [...given.metadata] }), given);
  }

  encryption(given: Encryption): Encryption {
    return this.#encryptions.get(JSON.stringify(given), given);
  }

  tags(given: Tags): Tags {
    return given.size === 0 ? noTags : this.#tags.get(JSON.stringify([...given]), given);
  }
}
