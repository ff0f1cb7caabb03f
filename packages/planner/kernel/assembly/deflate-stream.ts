// A deflate stream whose bytes come in pieces, into text that is taken away in pieces. Input lies at INPUT, moved there again before each piece; text lies behind
// HISTORY_BYTES of the text before it, which copies may still begin in. What is read may be changed where it lies (keys are decoded there), so these bytes are
// remembered elsewhere until the text that was read has gone.

import { BLOCK_DAMAGED, BLOCK_END, firstUnread, firstUntaken, readBlock, readCodes, readHead, startAt, status, unreadMovedTo } from "./deflate-block";
import { HISTORY, HISTORY_BYTES, INPUT, INPUT_BYTES, INPUT_SLACK, TEXT, TEXT_SLACK } from "./layout";

// What inflate() answers.
/** The stream is at its end: the first byte behind it is `unused`. */
const STREAM_END: i32 = 0;
/** More input is needed. */
export const STARVED: i32 = 1;
/** The text has reached its limit. */
export const FILLED: i32 = 2;
export const DAMAGED: i32 = 3;

/** A block's head and codes take no more than this, and its first codes are loaded with them. */
const HEAD_BYTES: isize = 640;
/** What a block's codes may load at once. */
const CODES_BYTES: usize = 32;

// Where in the stream we are.
const HEAD: i32 = 0;
const STORED: i32 = 1;
const CODES: i32 = 2;

/** Where the text ends. */
export let written: usize = 0;
/** Where the input that came ends. */
export let inputEnd: usize = 0;

let place: i32 = HEAD;
let isLast: bool = false;
/** Bytes of a stored block that are still to come. */
let stored: usize = 0;
/** No more input comes. */
let isWhole: bool = false;
/** Where this stream's text begins, or the history that is kept of it. */
let origin: usize = 0;

/** Begins with nothing: no input, no text. */
export function beginText(): usize {
  startAt(INPUT);
  inputEnd = INPUT;
  isWhole = false;
  written = TEXT + HISTORY_BYTES;
  return written;
}

/** Where the next piece of input belongs: behind what is not used yet. There is room for it up to INPUT + INPUT_BYTES. */
export function roomForInput(): usize {
  // Bytes whose bits were loaded are kept too: what follows may begin at one of them.
  const at = firstUntaken();
  const length = inputEnd - at;
  memory.copy(INPUT, at, length);
  unreadMovedTo(INPUT + firstUnread() - at);
  inputEnd = INPUT + length;
  return inputEnd;
}

/** So many bytes were put there. */
export function inputCame(bytes: usize): void {
  inputEnd += bytes;
}

/** There is no more than what came. */
export function inputIsWhole(): void {
  isWhole = true;
  // Codes are looked up beyond the end before it is noticed, and what is found there should be the same each time.
  memory.fill(inputEnd, 0, INPUT_SLACK);
}

/** Between two streams: the first byte of input that was not used. */
export function unused(): usize {
  return firstUntaken();
}

/** Between two streams: goes on with the byte at `at`. */
export function goOnAt(at: usize): void {
  startAt(at);
}

/** A stream begins here. */
export function beginStream(): void {
  place = HEAD;
  isLast = false;
  origin = written;
}

/** Writes text until it reaches `limit` or beyond, by TEXT_SLACK at most. */
export function inflate(limit: usize): i32 {
  while (true) {
    if (place == HEAD) {
      if (isLast) {
        startAt(firstUntaken());
        // More was taken than there was.
        return firstUntaken() > inputEnd ? DAMAGED : STREAM_END;
      }
      if (!isWhole && <isize>(inputEnd - firstUnread()) < HEAD_BYTES) return STARVED;
      if (firstUntaken() > inputEnd) return DAMAGED;
      if (!head()) return DAMAGED;
    } else if (place == STORED) {
      const from = firstUnread();
      const room = limit > written ? limit - written : 0;
      const length = min(stored, min(inputEnd - from, room));
      memory.copy(written, from, length);
      startAt(from + length);
      written += length;
      stored -= length;
      if (stored == 0) place = HEAD;
      else if (written >= limit) return FILLED;
      else return isWhole ? DAMAGED : STARVED;
    } else {
      written = readBlock(isWhole ? inputEnd + 8 : inputEnd - CODES_BYTES, origin, written, limit - 1, limit + TEXT_SLACK);
      if (status == BLOCK_END) place = HEAD;
      else if (status == BLOCK_DAMAGED) return DAMAGED;
      else if (written >= limit) return FILLED;
      else return isWhole ? DAMAGED : STARVED;
    }
  }
}

/** Reads a block's head. False where it is none. */
function head(): bool {
  const bits = readHead();
  const kind = bits >> 1;
  isLast = (bits & 1) != 0;
  if (kind != 0) {
    place = CODES;
    return readCodes(kind, inputEnd);
  }
  // It begins at a whole byte.
  const at = firstUntaken();
  if (at + 4 > inputEnd) return false;
  stored = <usize>load<u16>(at);
  if ((stored ^ <usize>load<u16>(at + 2)) != 0xffff) return false;
  startAt(at + 4);
  place = STORED;
  return true;
}

/** Before the text is read: its last bytes are kept as they are. */
export function remember(): void {
  memory.copy(HISTORY, written - HISTORY_BYTES, HISTORY_BYTES);
}

/** Moves the text from `rest` on, of which nothing was changed, to the beginning, behind its history: where it lies now. */
export function moveRest(rest: usize): usize {
  const length = written - rest;
  const kept = max(length, HISTORY_BYTES);
  const end = TEXT + kept;
  if (length < HISTORY_BYTES) memory.copy(TEXT, HISTORY, HISTORY_BYTES);
  else memory.copy(TEXT, rest, length);
  const by = written - end;
  origin = origin > TEXT + by ? origin - by : TEXT;
  written = end;
  return end - length;
}
