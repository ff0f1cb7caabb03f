// undici's Pool alone. Its index also loads fetch, WebSocket, caches and mocks: 67 more modules, for which every command would wait.
import { createRequire } from "node:module";
import type { Pool as UndiciPool } from "undici";

export type Pool = UndiciPool;
export const Pool = createRequire(import.meta.url)("undici/lib/dispatcher/pool.js") as typeof UndiciPool;
