// Keys in CSV reports are form-encoded: a space is `+`, a plus is `%2B` (domain.md 1.5). Decoded on bytes, exactly once.
import { isUtf8 } from "node:buffer";

const PLUS = 0x2b;
const PERCENT = 0x25;

/** 0 to 15, or 255 for a byte that is no hex digit. */
const HEX = Uint8Array.from({ length: 256 }, (_, c) => {
  const digit = Number.parseInt(String.fromCharCode(c), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** Decodes [start, end) into `out`, which must hold as many bytes. The decoded length, or -1 where an escape is malformed or the result is not UTF-8. */
export function decodeKey(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let length = 0;
  let high = false;
  for (let i = start; i < end; i++) {
    let c = bytes[i] as number;
    if (c === PLUS) {
      c = 0x20;
    } else if (c === PERCENT) {
      if (i + 2 >= end) return -1;
      const first = HEX[bytes[i + 1] as number] as number;
      const second = HEX[bytes[i + 2] as number] as number;
      if (first === 255 || second === 255) return -1;
      c = first * 16 + second;
      i += 2;
    }
    if (c >= 0x80) high = true;
    out[length++] = c;
  }
  return !high || isUtf8(out.subarray(0, length)) ? length : -1;
}

/**
 * Whether decodeKey would succeed, as far as that can be told without decoding: undefined where it takes a decoding to know.
 * Of the bucket owner's own rows no more is wanted, and nearly all of them are answered by this one pass.
 */
export function isDecodable(bytes: Uint8Array, start: number, end: number): boolean | undefined {
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c >= 0x80) return undefined;
    if (c !== PERCENT) continue;
    if (i + 2 >= end) return false;
    const first = HEX[bytes[i + 1] as number] as number;
    if (first === 255 || HEX[bytes[i + 2] as number] === 255) return false;
    if (first >= 8) return undefined;
    i += 2;
  }
  return true;
}
