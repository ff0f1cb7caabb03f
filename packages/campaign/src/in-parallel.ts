// Many small reads of a store, a bounded number at a time.

/** Answers in the order of `items`. The first failure rejects, after what was begun has ended. */
export async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const answers = new Array<R>(items.length);
  let next = 0;
  let failure: { error: unknown } | undefined;
  async function lane(): Promise<void> {
    while (next < items.length && failure === undefined) {
      const at = next++;
      try {
        answers[at] = await work(items[at] as T);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
  return answers;
}
