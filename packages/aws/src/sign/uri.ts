// URI encoding as SigV4 wants it for S3: every UTF-8 byte but the unreserved ones, exactly once, slashes of keys kept.

const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const PLAIN = /^[A-Za-z0-9\-._~]*$/;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** One path segment, query name or query value. Throws URIError for text that is not valid Unicode, which no S3 key is. */
export function encodeUri(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replace(LEFT_BY_ENCODE_URI_COMPONENT, percent);
}

/** An object key as a path: `..`, `//` and leading slashes stay as they are, since S3 does not normalise. */
export function encodeKey(key: string): string {
  if (PLAIN_PATH.test(key)) return key;
  return encodeURIComponent(key).replace(LEFT_BY_ENCODE_URI_COMPONENT, percent).replaceAll("%2F", "/");
}

/** Query parameters in SigV4's order (by encoded name, then value); a parameter without a value gets an empty one. */
export function canonicalQuery(parameters: readonly (readonly [name: string, value: string])[]): string {
  if (parameters.length === 0) return "";
  const encoded = parameters.map(([name, value]): [string, string] => [encodeUri(name), encodeUri(value)]);
  encoded.sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  return encoded.map(([name, value]) => `${name}=${value}`).join("&");
}

/** Encoded text is ASCII, so code units compare as bytes do. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
