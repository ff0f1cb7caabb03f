// DuckDB's filter and partitioned write of the Parquet files in its second and later arguments, with as many threads as the first one says; prints seconds by the clock
// and of processors. Rows of the bucket owner's own are left out, the others written by owner.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { canonical, OWNER } from "./campaign.fixture.ts";
import { taken } from "./taken.fixture.ts";

const [, , threads, ...paths] = process.argv;
const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
await duckdb.run(`SET threads = ${Number(threads)}`);
const target = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  const seconds = await taken(async () => {
    await duckdb.run(`
      COPY (
        SELECT "key", version_id, is_latest, size, e_tag, last_modified_date, storage_class, encryption_status, object_owner, 'acl' AS op, object_access_control_list
        FROM read_parquet([${paths.map((path) => `'${path}'`).join(", ")}]) WHERE object_owner <> '${canonical(OWNER)}'
      ) TO '${target}' (FORMAT parquet, PARTITION_BY (object_owner), OVERWRITE)`);
  });
  console.log(JSON.stringify(seconds));
} finally {
  await rm(target, { recursive: true, force: true });
}
