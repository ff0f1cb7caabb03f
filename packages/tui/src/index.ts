// The dashboard for a terminal, the reporter for everything else, and the summary that both leave behind.
export { type DashboardEnd, type DashboardOptions, renderDashboard } from "./dashboard.tsx";
export { plainReporter, type ReporterEnd, type ReporterOptions } from "./plain.ts";
export { finalSummary } from "./summary.ts";
export type { Explain } from "./views/stage.ts";
