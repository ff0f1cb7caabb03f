/** S3 as the server (and S3 Control's jobs) call it: name the operation, then perform it. */
import type { Principal } from "../account/principal.ts";
import { addressOf } from "../http/address.ts";
import type { InboundRequest, Reply } from "../http/exchange.ts";
import { encodePercent } from "../http/percent.ts";
import { Query } from "../http/query.ts";
import { demandIntactBody } from "./body-checksum.ts";
import { Call, type World } from "./call.ts";
import { routeOf } from "./routes.ts";

/** A request made inside the sandbox, by a principal whose signature nobody needs to check. */
export interface InternalRequest {
  readonly principal: Principal;
  readonly method: string;
  readonly bucket: string;
  readonly key?: string | undefined;
  /** Raw query: `acl&versionId=…`. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly requestId: string;
}

const noBytes = Buffer.alloc(0);
const noTrailers: ReadonlyMap<string, string> = new Map();

export class S3Service {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Finds out what a request asks for. Throws S3Error for what S3 does not know. */
  prepare(request: InboundRequest): Call {
    const { bucket, key } = addressOf(request.headers.host, request.rawPath);
    return new Call(this.world, request, routeOf(request, bucket, key), bucket, key);
  }

  /** Carries it out: authorization, the operation, the write log. Throws S3Error. */
  perform(call: Call): Reply | Promise<Reply> {
    if (call.request.body.length > 0) demandIntactBody(call);
    return call.operation.run(call);
  }

  /** The same for a request from inside (S3 Batch Operations jobs); everything but the signature is checked. */
  performAs(request: InternalRequest): Reply | Promise<Reply> {
    const path = request.key === undefined ? "" : `/${encodePercent(request.key, true)}`;
    const call = this.prepare({
      method: request.method,
      rawPath: `/${encodePercent(request.bucket, false)}${path}`,
      query: new Query(request.query ?? ""),
      headers: { ...request.headers },
      body: request.body ?? noBytes,
      trailers: noTrailers,
      principal: request.principal,
      accessKeyId: "internal",
      requestId: request.requestId,
      remoteAddress: "127.0.0.1",
    });
    return this.perform(call);
  }
}
