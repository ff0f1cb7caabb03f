/**
 * A query string, decoded once: form decoding (`+` is a space), first value wins, a parameter without `=` is the empty
 * string. Keeps the pairs for the signature's canonical form.
 */
import { decodePercent } from "./percent.ts";

export class Query {
  readonly pairs: readonly (readonly [string, string])[];

  constructor(raw: string) {
    this.pairs = raw === "" ? [] : parsePairs(raw);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): string | undefined {
    for (const pair of this.pairs) if (pair[0] === name) return pair[1];
    return undefined;
  }
}

function parsePairs(raw: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const part of raw.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) pairs.push([decodePercent(part, true), ""]);
    else pairs.push([decodePercent(part.slice(0, equals), true), decodePercent(part.slice(equals + 1), true)]);
  }
  return pairs;
}
