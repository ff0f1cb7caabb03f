// HeadObject as operations send it. The refusal of a HEAD has no body, so an expired session and an object under a customer's key both
// look like a bare 400: a request whose refusal has words tells them apart, and renews the session on its way.
import type { Answer, HeadFacts, ObjectAddress } from "@quitclaim/aws";
import { BARE_REFUSALS_MAX } from "../limits.ts";
import type { Send } from "./task.ts";

export async function headObject(send: Send, at: ObjectAddress): Promise<Answer<HeadFacts>> {
  for (let refusals = 1; ; refusals++) {
    const { answer } = await send((calls, signal) => calls.headObject(at, signal));
    if (answer.ok || answer.httpStatus !== 400 || refusals === BARE_REFUSALS_MAX) return answer;
    await send((calls, signal) => calls.getObjectAcl(at, signal));
  }
}
