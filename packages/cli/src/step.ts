// The narration of a step of cutover: what it does, and how far it is.
import type { StepProgress } from "@quitclaim/cutover";
import { narrate, type Output } from "./output.ts";

/** Runs `act`, and says how far it is once it has taken two seconds. */
export async function narrated<T>(output: Output, act: (onProgress: (progress: StepProgress) => void) => Promise<T>): Promise<T> {
  let line = "asking the bucket…";
  const narration = narrate(output, () => line);
  try {
    return await act(({ what, done, of }) => {
      line = `${what}: ${done.toLocaleString("en")}${of === undefined ? "" : ` of ${of.toLocaleString("en")}`}`;
    });
  } finally {
    narration.stop();
  }
}
