// What goes wrong in a round of chaos, and when: drawn from a seed alone, so that a round can be played again.
import { seeded } from "./seeded.ts";

export const KINDS = [
  "kill-worker",
  "kill-outsider",
  "kill-run",
  "kill-everything",
  "freeze-worker",
  "redis-killed",
  "redis-shut-down",
  "redis-without-data",
  "redis-frozen",
  "resets-before",
  "resets-after",
  "errors-before",
  "errors-after",
  "slow-down",
  "tokens-expire",
  "short-sessions",
  "disk-full",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Misfortune {
  readonly kind: Kind;
  /** Strikes when this share of the planned objects is done. */
  readonly at: number;
  /** How long it lasts, where it is no single blow. */
  readonly forMs: number;
  /** 0 to 1: how hard, and which of several victims. */
  readonly strength: number;
}

/** `count` misfortunes in the order in which they strike; none comes twice before every other has come. */
export function drawSchedule(seed: number, count: number): Misfortune[] {
  const random = seeded(seed);
  const drawn: Kind[] = [];
  while (drawn.length < count) drawn.push(...shuffled(KINDS, random));
  return drawn
    .slice(0, count)
    .map((kind): Misfortune => ({ kind, at: 0.02 + random() * 0.88, forMs: 500 + Math.round(random() * 2_000), strength: random() }))
    .sort((a, b) => a.at - b.at);
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(random() * left.length), 1));
  return out;
}

export const describeMisfortune = ({ kind, at, forMs }: Misfortune): string => `${kind}@${Math.round(at * 100)}%/${forMs}ms`;
