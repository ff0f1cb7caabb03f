// The word that was probably meant.

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The nearest of the known words; undefined where none is near. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const wanted = plain(word);
  const near = known
    .map((k) => ({ k, d: plain(k).startsWith(wanted) || wanted.startsWith(plain(k)) ? 0.5 : distance(wanted, plain(k)) }))
    .sort((a, b) => a.d - b.d)[0];
  return near !== undefined && wanted !== "" && near.d <= Math.max(wanted.length > 2 ? 2 : 1, Math.floor(wanted.length / 3))
    ? near.k
    : undefined;
}
