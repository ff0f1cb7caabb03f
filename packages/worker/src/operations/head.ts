// HeadObject as operations send it. The refusal of a HEAD has no body, so an expired session and an object under a customer's key both
// look like a bare 400: a request whose refusal has words tells them apart, and renews the session on its way.
import type { Answer, HeadFacts, ObjectAddress } from "@quitclaim/aws";
import type { Send } from "./task.ts";

export async function headObject(send: Send, at: ObjectAddress): Promise<Answer<HeadFacts>> {
  const head = async (): Promise<Answer<HeadFacts>> => (await send((calls, signal) => calls.headObject(at, signal))).answer;
  const first = await head();
  if (first.ok || first.httpStatus !== 400) return first;
  await send((calls, signal) => calls.getObjectAcl(at, signal));
  return head();
}
