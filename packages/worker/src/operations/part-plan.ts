// Into which parts a large object is copied: the source's own wherever S3 allows them again, so that its ETag and its parts' checksums can
// stay what they were; equal ones otherwise.
import type { Answer, HeadFacts, ObjectAddress } from "@quitclaim/aws";
import { COPY_PART_BYTES, PART_BYTES_MAX, PART_BYTES_MIN, PART_PROBES_IN_FLIGHT, PARTS_MAX } from "../limits.ts";
import type { Send } from "./task.ts";

/** Parts of one size, the last one smaller; larger than COPY_PART_BYTES only where there would be more than PARTS_MAX. */
export function equalParts(size: number): number[] {
  const one = Math.max(COPY_PART_BYTES, Math.ceil(size / PARTS_MAX));
  const count = Math.max(1, Math.ceil(size / one));
  return Array.from({ length: count }, (_, i) => (i + 1 < count ? one : size - one * (count - 1)));
}

/** Whether S3 takes a copy in these parts. */
export function acceptable(sizes: readonly number[], size: number): boolean {
  if (sizes.length === 0 || sizes.length > PARTS_MAX || sizes.reduce((a, b) => a + b, 0) !== size) return false;
  return sizes.every((one, i) => one <= PART_BYTES_MAX && one > 0 && (one >= PART_BYTES_MIN || i === sizes.length - 1));
}

/**
 * HEAD of the first part tells how many there are. Nearly every client uploads equal parts, which the last one then shows; only where it
 * does not is each part asked for. The refusal of a HEAD is handed on.
 */
export async function planParts(send: Send, source: ObjectAddress, head: HeadFacts): Promise<Answer<number[]>> {
  const ask = async (number: number) => (await send((calls, signal) => calls.headPart(source, number, signal))).answer;
  const first = await ask(1);
  if (!first.ok) return first;
  const count = first.value.partsCount ?? 1;
  if (count === 1 || count > PARTS_MAX) return { ...first, value: equalParts(head.size) };
  const last = await ask(count);
  if (!last.ok) return last;
  const same = Array.from({ length: count }, (_, i) => (i + 1 < count ? first.value.size : last.value.size));
  if (acceptable(same, head.size)) return { ...last, value: same };
  const sizes = [first.value.size];
  for (let from = 2; from <= count; from += PART_PROBES_IN_FLIGHT) {
    const numbers = Array.from({ length: Math.min(PART_PROBES_IN_FLIGHT, count - from + 1) }, (_, i) => from + i);
    for (const answer of await Promise.all(numbers.map(ask))) {
      if (!answer.ok) return answer;
      sizes.push(answer.value.size);
    }
  }
  return { ...last, value: acceptable(sizes, head.size) ? sizes : equalParts(head.size) };
}
