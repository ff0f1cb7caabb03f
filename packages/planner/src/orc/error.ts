// The one error of this reader: which file, where in it, and what is wrong there.

/** Where in a file. */
export interface Place {
  /** Number of the stripe, from 1. */
  readonly stripe?: number | undefined;
  readonly column?: string | undefined;
  /** A stream of a column (`LENGTH`), or a section of the file (`footer`). */
  readonly stream?: string | undefined;
  /** Byte of the file at which the damaged piece begins. */
  readonly offset?: number | undefined;
}

/** The file cannot be read, or not this part of it. Rows that were handed out before stay right. */
export class OrcError extends Error {
  override readonly name = "OrcError";
  readonly file: string;
  readonly place: Place;
  /** Without the place. */
  readonly reason: string;

  constructor(file: string, place: Place, reason: string, options?: ErrorOptions) {
    super(`${[file, ...words(place)].join(", ")}: ${reason}`, options);
    this.file = file;
    this.place = place;
    this.reason = reason;
  }
}

function* words(place: Place): Generator<string> {
  if (place.stripe !== undefined) yield `stripe ${place.stripe}`;
  if (place.column !== undefined) yield `column ${place.column}`;
  if (place.stream !== undefined) yield place.column === undefined ? place.stream : `stream ${place.stream}`;
  if (place.offset !== undefined) yield `byte ${place.offset}`;
}

/** Makes the error for what is wrong at a place that the maker knows. */
export type Fault = (reason: string, cause?: unknown) => OrcError;

export function faultAt(file: string, place: Place): Fault {
  return (reason, cause) => new OrcError(file, place, reason, cause === undefined ? undefined : { cause });
}
