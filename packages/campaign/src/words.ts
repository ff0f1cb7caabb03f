// The vocabulary alone, without store, queue or Redis: for threads that only decide, where loading all the rest would cost more than their work.
export * from "./grant.ts";
export * from "./identity.ts";
export * from "./limits.ts";
export * from "./plan/row.ts";
export * from "./plan/summary.ts";
