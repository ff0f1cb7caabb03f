// Timestamps: seconds from the beginning of 2015 in the writer's time zone, and nanoseconds with their trailing zeros taken off.
import type { Room } from "../columnar/room.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams, Values } from "./column.ts";
import { Integers } from "./integers.ts";
import type { StreamKind } from "./stripe-footer.ts";
import { SECONDS_MAX, type Timezone, timezoneOf, UTC } from "./timezone.ts";
import { type Presence, spread, type TimestampVector } from "./vector.ts";

const SECOND_NANOS = 1_000_000_000;
const MILLISECOND_NANOS = 1_000_000;
/** By the lowest three bits of a coded number: they say that two or more zeros were taken off, one less than how many. */
const SCALES = [1, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;

/** The values of a timestamp column, as wall clock times of the writer's zone. */
export class Moments {
  readonly #stream: ByteStream;
  readonly #nanosStream: ByteStream;
  readonly #seconds: Integers;
  readonly #nanos: Integers;
  readonly #zone: Timezone;

  /** `room`: of each stream; see {@link ByteStream}. */
  constructor(streams: ColumnStreams, room?: (kind: StreamKind) => Room) {
    const { column, writerTimezone, fault } = streams;
    this.#stream = streams.open("DATA", room?.("DATA"));
    this.#nanosStream = streams.open("SECONDARY", room?.("SECONDARY"));
    this.#seconds = new Integers(this.#stream, streams.encoding, true);
    this.#nanos = new Integers(this.#nanosStream, streams.encoding, false);
    this.#zone = column.kind === "timestamp" ? timezoneOf(writerTimezone, fault) : UTC;
  }

  /** The next `count`: whole seconds since 1970, rounded down, and the nanoseconds after them, both from [0] on. */
  read(seconds: Float64Array, nanos: Float64Array, count: number): void {
    const zone = this.#zone;
    this.#seconds.readNumbers(seconds, 0, count, "seconds");
    this.#nanos.readNumbers(nanos, 0, count, "nanoseconds");
    for (let i = 0; i < count; i++) {
      const coded = nanos[i] as number;
      const nano = coded === 0 ? 0 : this.#decode(coded);
      let moment = (seconds[i] as number) + zone.base;
      if (moment > SECONDS_MAX || moment < -SECONDS_MAX)
        throw this.#stream.fault(`has a time ${seconds[i]} seconds from 2015, which no calendar has`);
      // Before 1970 writers round the seconds up, but for the first millisecond after a whole second.
      if (moment < 0 && nano >= MILLISECOND_NANOS) moment--;
      nanos[i] = nano;
      seconds[i] = zone === UTC ? moment : moment + zone.offset(moment);
    }
  }

  skip(count: number): void {
    this.#seconds.skip(count);
    this.#nanos.skip(count);
  }

  exhausted(): boolean {
    return this.#seconds.exhausted() && this.#nanos.exhausted();
  }

  #decode(coded: number): number {
    const digits = Math.floor(coded / SCALES.length);
    const nano = digits * (SCALES[coded - digits * SCALES.length] as number);
    if (!(nano >= 0 && nano < SECOND_NANOS)) throw this.#nanosStream.fault(`has ${nano} nanoseconds in a second`);
    return nano;
  }
}

export class Timestamps implements Values {
  readonly #moments: Moments;

  constructor(streams: ColumnStreams) {
    this.#moments = new Moments(streams);
  }

  read(presence: Presence): TimestampVector {
    const { rows, nulls, present } = presence;
    const seconds = new Float64Array(rows);
    const nanos = new Float64Array(present);
    this.#moments.read(seconds, nanos, present);
    const whole = new Uint32Array(rows);
    whole.set(nanos);
    spread(seconds, presence, 0);
    spread(whole, presence, 0);
    return { kind: "timestamps", rows, nulls, seconds, nanos: whole };
  }

  exhausted(): boolean {
    return this.#moments.exhausted();
  }
}
