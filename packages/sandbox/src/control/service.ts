/**
 * S3 Control behind the sandbox's server: Batch Operations jobs and the account's Block Public Access, under `/v20180820/`. Who asks
 * must belong to the account named in `x-amz-account-id` and be allowed the action by its own policies.
 */
import type { Principal } from "../account/principal.ts";
import type { InboundRequest, Reply, Service } from "../http/exchange.ts";
import { S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { identityVerdict } from "../identity-verdict.ts";
import type { Store } from "../store/store.ts";
import { createJobRequest } from "./create-job.ts";
import { describedJob, element, listedJob } from "./job-xml.ts";
import { Jobs, type JobsParts } from "./jobs.ts";
import { badRequest, ControlError } from "./refusal.ts";

const namespace = "http://awss3control.amazonaws.com/doc/2018-08-20/";

interface Asked {
  readonly request: InboundRequest;
  readonly accountId: string;
  /** Job id, where the path has one. */
  readonly id: string;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly action: string;
  readonly answer: (asked: Asked) => Reply;
}

export class ControlService implements Service {
  readonly #parts: JobsParts & { readonly store: Store };
  readonly #jobs: Jobs;
  readonly #routes: readonly Route[];

  constructor(parts: JobsParts & { readonly store: Store }) {
    this.#parts = parts;
    this.#jobs = new Jobs(parts);
    const job = (rest: string): RegExp => new RegExp(`^/v20180820/jobs/([^/]+)${rest}$`);
    const block = /^\/v20180820\/configuration\/publicAccessBlock$/;
    this.#routes = [
      { method: "POST", path: /^\/v20180820\/jobs$/, action: "s3:CreateJob", answer: (asked) => this.#create(asked) },
      { method: "GET", path: /^\/v20180820\/jobs$/, action: "s3:ListJobs", answer: (asked) => this.#list(asked) },
      { method: "GET", path: job(""), action: "s3:DescribeJob", answer: (asked) => this.#describe(asked) },
      { method: "POST", path: job("/status"), action: "s3:UpdateJobStatus", answer: (asked) => this.#updateStatus(asked) },
      { method: "POST", path: job("/priority"), action: "s3:UpdateJobPriority", answer: (asked) => this.#updatePriority(asked) },
      { method: "GET", path: block, action: "s3:GetAccountPublicAccessBlock", answer: (asked) => this.#getBlock(asked) },
      { method: "PUT", path: block, action: "s3:PutAccountPublicAccessBlock", answer: (asked) => this.#putBlock(asked) },
      { method: "DELETE", path: block, action: "s3:PutAccountPublicAccessBlock", answer: (asked) => this.#deleteBlock(asked) },
    ];
  }

  handle(request: InboundRequest): Reply {
    try {
      for (const route of this.#routes) {
        const match = request.method === route.method ? route.path.exec(request.rawPath) : null;
        if (match === null) continue;
        const accountId = ownAccount(request, route.action);
        return route.answer({ request, accountId, id: match[1] ?? "" });
      }
      throw new ControlError(501, "NotImplemented", `The sandbox's S3 Control has no ${request.method} ${request.rawPath}`);
    } catch (error) {
      if (error instanceof ControlError || error instanceof S3Error)
        return refusal(error.status, error.code, error.message, request.requestId);
      throw error;
    }
  }

  refuse(error: S3Error, requestId: string): Reply {
    return refusal(error.status, error.code, error.message, requestId);
  }

  /** Ends running jobs. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  #create(asked: Asked): Reply {
    const { request, accountId } = asked;
    const wanted = createJobRequest(request.body, accountId, this.#parts.book);
    const { id } = this.#jobs.create(wanted.request, wanted.priority);
    this.#record(asked, "CreateJob", { jobId: id });
    return answer("CreateJobResult", element("JobId", id));
  }

  #record({ request, accountId }: Asked, op: string, detail: Readonly<Record<string, string>>, status = 200): void {
    const { principal, requestId } = request;
    const arn = principal.kind === "anonymous" ? "anonymous" : principal.arn;
    this.#parts.s3.world.writes.record({ op, accountId, arn, status, requestId, detail });
  }

  #describe({ accountId, id }: Asked): Reply {
    return answer("DescribeJobResult", describedJob(this.#jobs.find(accountId, id), this.#parts.now()));
  }

  #list({ request, accountId }: Asked): Reply {
    const wanted = request.query.pairs.filter(([name]) => name === "jobStatuses").map(([, status]) => status);
    const first = Number(request.query.get("nextToken") ?? 0);
    const count = Number(request.query.get("maxResults") ?? 1_000);
    if (!(count >= 1 && count <= 1_000)) throw badRequest("maxResults must be 1 to 1000");
    if (!Number.isInteger(first) || first < 0)
      throw new ControlError(400, "InvalidNextTokenException", "The next token is not one of ours");
    const jobs = this.#jobs.list(accountId).filter((job) => wanted.length === 0 || wanted.includes(job.status));
    const page = jobs.slice(first, first + count).map((job) => listedJob(job, this.#parts.now()));
    return answer(
      "ListJobsResult",
      `${element("NextToken", jobs.length > first + count ? first + count : undefined)}<Jobs>${page.join("")}</Jobs>`,
    );
  }

  #updateStatus(asked: Asked): Reply {
    const { request, accountId, id } = asked;
    const wanted = request.query.get("requestedJobStatus");
    if (wanted !== "Ready" && wanted !== "Cancelled") throw badRequest("requestedJobStatus must be Ready or Cancelled");
    const job = wanted === "Ready" ? this.#jobs.confirm(accountId, id) : this.#jobs.cancel(accountId, id);
    job.statusUpdateReason = request.query.get("statusUpdateReason");
    this.#record(asked, "UpdateJobStatus", { jobId: id, wanted });
    return answer(
      "UpdateJobStatusResult",
      element("JobId", id) + element("Status", job.status) + element("StatusUpdateReason", job.statusUpdateReason),
    );
  }

  #updatePriority(asked: Asked): Reply {
    const { request, accountId, id } = asked;
    const priority = Number(request.query.get("priority") ?? Number.NaN);
    if (!Number.isInteger(priority) || priority < 0 || priority > 2_147_483_647) throw badRequest("priority must be 0 to 2147483647");
    const job = this.#jobs.find(accountId, id);
    job.priority = priority;
    this.#record(asked, "UpdateJobPriority", { jobId: id, priority: String(priority) });
    return answer("UpdateJobPriorityResult", element("JobId", id) + element("Priority", priority));
  }

  #getBlock({ accountId }: Asked): Reply {
    const block = this.#parts.store.accountBlocks.get(accountId);
    if (block === undefined) {
      throw new ControlError(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");
    }
    const members =
      element("BlockPublicAcls", block.blockPublicAcls) +
      element("IgnorePublicAcls", block.ignorePublicAcls) +
      element("BlockPublicPolicy", block.blockPublicPolicy) +
      element("RestrictPublicBuckets", block.restrictPublicBuckets);
    return answer("PublicAccessBlockConfiguration", members);
  }

  #putBlock(asked: Asked): Reply {
    const { request, accountId } = asked;
    const root = readXml(request.body);
    const on = (name: string): boolean => childText(root, name) === "true";
    this.#parts.store.accountBlocks.set(accountId, {
      blockPublicAcls: on("BlockPublicAcls"),
      ignorePublicAcls: on("IgnorePublicAcls"),
      blockPublicPolicy: on("BlockPublicPolicy"),
      restrictPublicBuckets: on("RestrictPublicBuckets"),
    });
    this.#record(asked, "PutAccountPublicAccessBlock", {});
    return { status: 200 };
  }

  #deleteBlock(asked: Asked): Reply {
    if (this.#parts.store.accountBlocks.delete(asked.accountId)) this.#record(asked, "DeleteAccountPublicAccessBlock", {}, 204);
    return { status: 204 };
  }
}

/** The account the request is about: the sender's own, with the action allowed. */
function ownAccount(request: InboundRequest, action: string): string {
  const wanted = request.headers["x-amz-account-id"];
  const { principal } = request;
  if (typeof wanted !== "string" || !/^\d{12}$/.test(wanted)) throw badRequest("x-amz-account-id must be an account id of 12 digits");
  if (principal.kind === "anonymous" || principal.accountId !== wanted || !mayDo(principal, action)) {
    throw new ControlError(403, "AccessDenied", "Access Denied");
  }
  return wanted;
}

function mayDo(principal: Principal, action: string): boolean {
  return identityVerdict(principal, { principal, action, resource: "*", context: new Map() }).effect === "allow";
}

function answer(name: string, inner: string): Reply {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${inner}</${name}>` };
}

function refusal(status: number, code: string, message: string, requestId: string): Reply {
  const error = `<Error>${element("Type", "Sender")}${element("Code", code)}${element("Message", message)}</Error>`;
  return {
    status,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse>${error}${element("RequestId", requestId)}</ErrorResponse>`,
  };
}
