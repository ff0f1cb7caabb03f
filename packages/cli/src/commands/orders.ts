// `pause`, `resume` and `retry`: orders to a campaign, running or not. Each is safe to give twice and survives restarts.
import { hostname, userInfo } from "node:os";
import type { AccountId } from "@quitclaim/campaign";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { type Live, openLive } from "../live.ts";

export async function pause(invocation: Invocation, account: string | undefined): Promise<ExitCode> {
  return order(invocation, account, async ({ control }, id) => {
    await control.pause(id, {
      by: "operator",
      cause: `${userInfo().username} on ${hostname()} asked for it; \`quitclaim resume${id === undefined ? "" : ` ${id}`}\` goes on`,
      at: Date.now(),
    });
    return {
      document: { paused: id ?? "all" },
      line: `${id ?? "every account"} is paused; what is in flight is finished, nothing new is begun`,
    };
  });
}

export async function resume(invocation: Invocation, account: string | undefined): Promise<ExitCode> {
  return order(invocation, account, async ({ control, redis }, id) => {
    await control.resume(id);
    const next = redis === undefined ? "; nothing runs now, `quitclaim run` starts it" : "";
    return { document: { resumed: id ?? "all" }, line: `${id ?? "every account"} goes on${next}` };
  });
}

export async function retry(invocation: Invocation, flags: { account?: string; code?: string }): Promise<ExitCode> {
  return order(invocation, flags.account, async ({ control, redis }, id) => {
    const objects = await control.retry({
      ...(id === undefined ? {} : { account: id }),
      ...(flags.code === undefined ? {} : { code: flags.code }),
    });
    const next = redis === undefined && objects > 0 ? "; `quitclaim run` takes them up" : "";
    return {
      document: { retried: objects },
      line: objects === 0 ? "no failed object matches; nothing was put to work" : `${objects} failed objects are put to work again${next}`,
    };
  });
}

async function order(
  invocation: Invocation,
  account: string | undefined,
  give: (live: Live, id: AccountId | undefined) => Promise<{ document: unknown; line: string }>,
): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const id = account === undefined ? undefined : campaign.account(account).id;
  const live = await openLive(campaign, await readPlan(campaign), {
    say: invocation.output.say,
    orLedger: false,
    patienceMs: 10_000,
    signal: invocation.signals.drain,
  });
  try {
    const { document, line } = await give(live, id);
    invocation.output.result(document, [line]);
  } finally {
    await live.close();
  }
  return EXIT.done;
}
