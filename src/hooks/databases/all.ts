/**
 * The hooks for databases, as a list.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { betterSqlite3 } from "./better_sqlite3.ts";
import { bunRedis } from "./bun_redis.ts";
import { bunSql } from "./bun_sql.ts";
import { bunSqlite } from "./bun_sqlite.ts";
import { denoKv } from "./deno_kv.ts";
import { duckdb } from "./duckdb.ts";
import { ioredis } from "./ioredis.ts";
import { mysql2 } from "./mysql2.ts";
import { nodeRedis } from "./node_redis.ts";
import { pg } from "./pg.ts";
import { postgres } from "./postgres.ts";
import { sqlite } from "./sqlite.ts";

/** One file each. */
export const DATABASE_HOOKS: readonly Hook[] = [
  pg,
  postgres,
  mysql2,
  sqlite,
  bunSqlite,
  bunSql,
  betterSqlite3,
  ioredis,
  nodeRedis,
  bunRedis,
  denoKv,
  duckdb,
];
