// The shape that `status --json` prints (design.md 9): names that scripts can rely on.
import type { AccountProgress, CampaignState, ProgressSnapshot, Tally } from "./snapshot.ts";

export interface StatusCounts {
  planned: number;
  /** By outcome. */
  done: Tally["done"];
  /** By S3 error code. */
  failed: Tally["failed"];
  remaining: number;
  held: number;
  ratePerSecond: number;
}

export interface StatusAccount extends StatusCounts {
  name: string;
  state: AccountProgress["state"];
  pause?: AccountProgress["pause"];
}

export interface StatusJson extends StatusCounts {
  campaign: string;
  bucket: string;
  state: CampaignState;
  /** ISO 8601. */
  at: string;
  phases: Record<string, string>;
  accounts: Record<string, StatusAccount>;
  banner?: string;
}

const counts = (tally: Tally & { ratePerSecond: number }): StatusCounts => ({
  planned: tally.planned,
  done: tally.done,
  failed: tally.failed,
  remaining: tally.remaining,
  held: tally.held,
  ratePerSecond: Math.round(tally.ratePerSecond * 10) / 10,
});

export function statusJson(snapshot: ProgressSnapshot): StatusJson {
  const accounts: Record<string, StatusAccount> = {};
  for (const account of snapshot.accounts)
    accounts[account.account] = {
      name: account.name,
      state: account.state,
      ...counts(account),
      ...(account.pause === undefined ? {} : { pause: account.pause }),
    };
  return {
    campaign: snapshot.campaign,
    bucket: snapshot.bucket,
    state: snapshot.state,
    at: new Date(snapshot.at).toISOString(),
    ...counts(snapshot),
    phases: Object.fromEntries(snapshot.phases.map((p) => [p.name, p.state])),
    accounts,
    ...(snapshot.banner === undefined ? {} : { banner: snapshot.banner }),
  };
}
