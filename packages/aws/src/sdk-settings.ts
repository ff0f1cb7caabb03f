// What every SDK client of this package has in common: bounded in time, and silent.
import { connect_ms } from "./limits.ts";

/** The SDK's warnings would be printed across the dashboard; what matters comes as an error. */
const nowhere = (): void => undefined;
export const quiet = { trace: nowhere, debug: nowhere, info: nowhere, warn: nowhere, error: nowhere };

/** Options of the SDK's HTTP handler: `requestMs` until the answer's headers, and between two pieces of its body. */
export const handler = (requestMs: number) => ({
  connectionTimeout: connect_ms,
  requestTimeout: requestMs,
  throwOnRequestTimeout: true,
  socketTimeout: requestMs,
  logger: quiet,
});
