/**
 * Percent-encoding as S3 does it: UTF-8, unreserved characters `A-Z a-z 0-9 - . _ ~` plain, hexadecimal in upper case. The
 * wire side arrives as latin1 text (Node's reading of raw bytes).
 */
import { S3Error } from "./s3-error.ts";

const unreserved = /^[A-Za-z0-9\-._~]*$/;
const unreservedPath = /^[A-Za-z0-9\-._~/]*$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes one component. `plusIsSpace` for query strings and for paths, where S3 reads a bare `+` as a space. 400 InvalidURI when it is no UTF-8. */
export function decodePercent(raw: string, plusIsSpace: boolean): string {
  if (unreservedPath.test(raw)) return raw;
  const spaced = plusIsSpace && raw.includes("+") ? raw.replaceAll("+", " ") : raw;
  try {
    // Bytes above 0x7F sent raw arrive as latin1 characters: they are UTF-8 bytes still to be read.
    return isAscii(spaced) ? decodeURIComponent(spaced) : utf8.decode(Buffer.from(escapeLess(spaced), "latin1"));
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
    throw error;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** `%41` to the byte 0x41, everything else as it is. */
function escapeLess(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Encodes for signatures and for `encoding-type=url`; `keepSlash` for object keys in a path. */
export function encodePercent(text: string, keepSlash: boolean): string {
  if ((keepSlash ? unreservedPath : unreserved).test(text)) return text;
  const encoded = encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return keepSlash ? encoded.replaceAll("%2F", "/") : encoded;
}
