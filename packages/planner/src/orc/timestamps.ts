// Timestamps: seconds from the beginning of 2015 in the writer's time zone, and nanoseconds with their trailing zeros taken off.
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams, Values } from "./column.ts";
import { Integers } from "./integers.ts";
import { SECONDS_MAX, type Timezone } from "./timezone.ts";
import { type Presence, spread, type TimestampVector } from "./vector.ts";

const SECOND_NANOS = 1_000_000_000;
const MILLISECOND_NANOS = 1_000_000;

export class Timestamps implements Values {
  readonly #stream: ByteStream;
  readonly #nanosStream: ByteStream;
  readonly #seconds: Integers;
  readonly #nanos: Integers;
  readonly #zone: Timezone;

  constructor(streams: ColumnStreams, zone: Timezone) {
    this.#stream = streams.open("DATA");
    this.#nanosStream = streams.open("SECONDARY");
    this.#seconds = new Integers(this.#stream, streams.encoding, true);
    this.#nanos = new Integers(this.#nanosStream, streams.encoding, false);
    this.#zone = zone;
  }

  read(presence: Presence): TimestampVector {
    const { rows, present } = presence;
    const seconds = new Float64Array(rows);
    const coded = new Float64Array(present);
    const nanos = new Uint32Array(rows);
    this.#seconds.readNumbers(seconds, present, "seconds");
    this.#nanos.readNumbers(coded, present, "nanoseconds");
    for (let i = 0; i < present; i++) {
      const nano = this.#decode(coded[i] as number);
      let moment = (seconds[i] as number) + this.#zone.base;
      if (Math.abs(moment) > SECONDS_MAX) throw this.#stream.fault(`has a time ${seconds[i]} seconds from 2015, which no calendar has`);
      // Before 1970 writers round the seconds up, but for the first millisecond after a whole second.
      if (moment < 0 && nano >= MILLISECOND_NANOS) moment--;
      nanos[i] = nano;
      seconds[i] = moment + this.#zone.offset(moment);
    }
    spread(seconds, presence, 0);
    spread(nanos, presence, 0);
    return { kind: "timestamps", rows, nulls: presence.nulls, seconds, nanos };
  }

  exhausted(): boolean {
    return this.#seconds.exhausted() && this.#nanos.exhausted();
  }

  /** The lowest three bits say that two or more zeros were taken off: one less than how many. */
  #decode(coded: number): number {
    const zeros = coded % 8;
    const digits = (coded - zeros) / 8;
    const nano = zeros === 0 ? digits : digits * 10 ** (zeros + 1);
    if (!(nano >= 0 && nano < SECOND_NANOS)) throw this.#nanosStream.fault(`has ${nano} nanoseconds in a second`);
    return nano;
  }
}
