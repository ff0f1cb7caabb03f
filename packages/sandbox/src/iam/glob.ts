/**
 * Wildcards of policy documents: `*` stands for any run of characters (also none, also slashes), `?` for exactly one.
 * Linear in practice and never worse than text x pattern, so a hostile policy cannot stall the server.
 */

/** True when `text` as a whole matches `pattern`. Case-sensitive. */
export function globMatches(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === "*") {
      starAt = p++;
      resumeAt = t;
    } else if (p < pattern.length && (wanted === "?" || wanted === text[t])) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** ARNs are compared part by part: a `*` in one of the first five parts does not run over a colon. */
export function arnMatches(pattern: string, arn: string): boolean {
  const wanted = splitArn(pattern);
  const given = splitArn(arn);
  if (wanted === undefined || given === undefined) return pattern === "*" || pattern === arn;
  return wanted.every((part, index) => globMatches(part, given[index] ?? ""));
}

/** `arn:partition:service:region:account:resource` as six parts; the resource keeps its own colons. */
function splitArn(arn: string): string[] | undefined {
  const parts = arn.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
