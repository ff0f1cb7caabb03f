export * from "./calls/object-calls.ts";
