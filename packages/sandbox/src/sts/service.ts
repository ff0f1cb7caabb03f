/** STS behind the sandbox's server: reads the form, answers in XML, and words the server's own refusals as STS does. */
import type { AccountBook } from "../account/book.ts";
import type { InboundRequest, Reply, Service } from "../http/exchange.ts";
import type { S3Error } from "../http/s3-error.ts";
import { answerSts, stsErrorXml } from "./answer.ts";

interface Wording {
  readonly code: string;
  readonly status: number;
  readonly message?: string;
}

/** S3's codes for what goes wrong before an operation, and what STS says instead. Others are the same. */
const wordings: Readonly<Record<string, Wording>> = {
  InvalidAccessKeyId: { code: "InvalidClientTokenId", status: 403, message: "The security token included in the request is invalid." },
  InvalidToken: { code: "InvalidClientTokenId", status: 403, message: "The security token included in the request is invalid." },
  ExpiredToken: { code: "ExpiredToken", status: 403, message: "The security token included in the request is expired" },
  RequestTimeTooSkewed: { code: "SignatureDoesNotMatch", status: 403 },
  SlowDown: { code: "Throttling", status: 400, message: "Rate exceeded" },
  InternalError: { code: "InternalFailure", status: 500 },
};

const headers = { "content-type": "text/xml" };

export class StsService implements Service {
  readonly #book: AccountBook;
  readonly #now: () => number;

  constructor(book: AccountBook, now: () => number) {
    this.#book = book;
    this.#now = now;
  }

  handle(request: InboundRequest): Reply {
    const form = new URLSearchParams(request.body.toString("utf8"));
    for (const [name, value] of request.query.pairs) if (!form.has(name)) form.set(name, value);
    const { principal, requestId } = request;
    const { status, xml } = answerSts({ form, principal, requestId, now: this.#now() }, this.#book);
    return { status, headers, body: xml };
  }

  refuse(error: S3Error, requestId: string): Reply {
    const wording = wordings[error.code];
    const body = stsErrorXml(wording?.code ?? error.code, wording?.message ?? error.message, requestId);
    return { status: wording?.status ?? error.status, headers, body };
  }
}
