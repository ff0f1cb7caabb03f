// The dashboard for a terminal, the reporter for everything else, and the summary that both leave behind.
import type { DashboardEnd, DashboardOptions } from "./dashboard.tsx";

export type { DashboardEnd, DashboardOptions } from "./dashboard.tsx";
export { plainReporter, type ReporterEnd, type ReporterOptions } from "./plain.ts";
export { finalSummary } from "./summary.ts";
export type { Explain } from "./views/stage.ts";

/** Shows the campaign until someone leaves. Throws where a stream is not a terminal. What draws it is loaded only now: it takes longer than all else that a command needs. */
export async function renderDashboard(options: DashboardOptions): Promise<DashboardEnd> {
  return (await import("./dashboard.tsx")).renderDashboard(options);
}
