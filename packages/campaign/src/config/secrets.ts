// Secrets that somebody wrote into the campaign file. They are never repeated in a message.
import type { Path } from "./problem.ts";

const ACCESS_KEY_ID = /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/;
/** AWS's secret keys: 40 characters of base64; hex digests and folders are not meant. */
const SECRET_KEY = /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/]{39}[A-Za-z0-9+]$/;

export interface Suspect {
  readonly path: Path;
  readonly text: string;
}

/** Looks at every text of the document as it was written (references not resolved). */
export function findSecrets(raw: unknown, path: Path = []): Suspect[] {
  if (typeof raw === "string") {
    const text = refuse(raw, path);
    return text === undefined ? [] : [{ path, text }];
  }
  if (Array.isArray(raw)) return raw.flatMap((item, i) => findSecrets(item, [...path, i]));
  if (typeof raw === "object" && raw !== null) return Object.entries(raw).flatMap(([key, item]) => findSecrets(item, [...path, key]));
  return [];
}

function refuse(text: string, path: Path): string | undefined {
  if (text.startsWith("from-env:")) return undefined;
  const key = String(path.at(-1));
  if (path.at(-2) === "keys" && ["accessKeyId", "secretAccessKey", "sessionToken"].includes(key))
    return `keys are never written here; put this one into an environment variable and write ${key}: from-env:NAME`;
  if (ACCESS_KEY_ID.test(text) || SECRET_KEY.test(text))
    return "this looks like an AWS key; keys are never written here. Take it out (and rotate it if the file was shared), then write keys: { accessKeyId: from-env:NAME, secretAccessKey: from-env:NAME }";
  if (/^rediss?:\/\/[^@/]*:[^@/]+@/.test(text))
    return `this URL holds a password; put the whole URL into an environment variable and write ${key}: from-env:NAME`;
  return undefined;
}
