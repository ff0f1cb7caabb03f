export type { WorkerEvent } from "./event.ts";
export { type RunningWorker, startWorker, type WorkerOptions, type WorkerSessions } from "./start.ts";
