// Short pieces from one place in a kernel's memory to another.

/** Sixteen bytes at a time, up to fifteen more than asked for. They must not overlap. */
// @ts-expect-error: a decorator of the compiler
@inline
export function copy(to: usize, from: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done));
}
