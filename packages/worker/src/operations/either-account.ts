// A question about an object that either account may be able to answer: which of the two may ask it is not documented, or differs.
import type { Answer } from "@quitclaim/aws";
import type { Call } from "../retry/send.ts";
import type { Task } from "./task.ts";

export type Ask = <T>(call: Call<T>) => Promise<Answer<T>>;

/** By the uploading account, and where that is denied, by the bucket owner. */
export const asEither =
  (task: Pick<Task, "uploader" | "owner">): Ask =>
  async (call) => {
    const { answer } = await task.uploader(call);
    if (answer.ok || answer.kind !== "denied") return answer;
    const other = await task.owner(call);
    return other.answer.ok ? other.answer : answer;
  };

export const asOwner =
  (task: Pick<Task, "owner">): Ask =>
  async (call) =>
    (await task.owner(call)).answer;
