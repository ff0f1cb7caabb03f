// Connections to one S3 endpoint, shared by all accounts of a process: HTTP/1.1, kept alive, paths sent byte for byte as given.
import type { LookupFunction } from "node:net";
import { answer_bytes_max, body_ms, connect_ms, headers_ms, idle_connection_ms } from "../limits.ts";
import { type S3Target, s3Endpoint } from "../target.ts";
import { aborted, Exchange, type WireAnswer, type WireFailure } from "./exchange.ts";
import { Pool } from "./pool.ts";

export interface WireOptions {
  /** Requests in flight at most, for each host; more wait for a free connection. */
  readonly connections: number;
  /** Larger answers are refused; what the object calls read is small. */
  readonly answerBytesMax?: number;
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string;
  /** How host names resolve, where the system's way does not know them. */
  readonly lookup?: LookupFunction;
  /**
   * Asked with a request's signal when its bytes are about to be written, which may be long after it was sent: it waited for a connection, or the
   * process was stopped in between. False: it is not written, and its failure says that it did not reach the server.
   */
  readonly mayStart?: (signal: AbortSignal) => boolean;
}

export interface WireRequest {
  readonly place: Place;
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Encoded, from the leading slash, with the query. */
  readonly target: string;
  /** Name, value, name, value …. */
  readonly headers: string[];
  readonly body?: Buffer;
  /** Between the sent request and the answer's headers. */
  readonly headersMs?: number;
  readonly bodyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where a bucket's requests go: the host that is signed and what stands before the key. */
export interface Place {
  readonly pool: Pool;
  /** The Host header. */
  readonly host: string;
  /** "" or "/bucket", encoded. */
  readonly base: string;
}

export interface Wire {
  readonly target: S3Target;
  /** Kept: the same object for the same bucket. */
  place(bucket: string): Place;
  /** One attempt; never throws for what the network does. */
  send(request: WireRequest): Promise<WireAnswer | WireFailure>;
  /** Ends idle connections now and the others after their answers. */
  close(): Promise<void>;
}

/** Opens nothing before the first request. */
export function openWire(target: S3Target, options: WireOptions): Wire {
  const endpoint = s3Endpoint(target);
  const pools = new Map<string, Pool>();
  const places = new Map<string, Place>();
  const { mayStart = () => true } = options;

  function poolFor(origin: string): Pool {
    let pool = pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: options.connections,
        pipelining: 1,
        allowH2: false,
        connect: {
          timeout: connect_ms,
          ...(options.ca === undefined ? {} : { ca: options.ca }),
          ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
        },
        headersTimeout: headers_ms,
        bodyTimeout: body_ms,
        keepAliveTimeout: idle_connection_ms,
        maxResponseSize: options.answerBytesMax ?? answer_bytes_max,
      });
      pools.set(origin, pool);
    }
    return pool;
  }

  return {
    target,
    place(bucket) {
      let place = places.get(bucket);
      if (place === undefined) {
        const root = endpoint.pathname.replace(/\/$/, "");
        // A dot in the bucket's name falls outside the certificate's one-level wildcard.
        const virtual =
          !target.forcePathStyle && !(bucket.includes(".") && endpoint.protocol === "https:") && !isAddress(endpoint.hostname);
        const host = virtual ? `${bucket}.${endpoint.host}` : endpoint.host;
        place = { pool: poolFor(`${endpoint.protocol}//${host}`), host, base: virtual ? root : `${root}/${bucket}` };
        places.set(bucket, place);
      }
      return place;
    },
    send(request) {
      const { signal } = request;
      if (signal?.aborted === true) return Promise.resolve({ error: aborted(signal), reached: false });
      const exchange = new Exchange(signal, () => signal === undefined || mayStart(signal));
      request.place.pool.dispatch(
        {
          path: request.target,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
          // undici closes the connection after each HEAD unless told that the server can be trusted to send no body.
          reset: false,
          headersTimeout: request.headersMs ?? headers_ms,
          bodyTimeout: request.bodyMs ?? body_ms,
        },
        exchange,
      );
      return exchange.outcome;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const isAddress = (host: string): boolean => host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host);
