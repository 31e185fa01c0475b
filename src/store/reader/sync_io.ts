/**
 * I/O that does not return before it is done, as SQL.
 *
 * @module
 */

/** Holds for I/O during which nothing else can run. The names of Node, Deno and Bun end so. */
export const IS_SYNC = `coalesce(scope = 'fs' AND name LIKE '%Sync' OR
  scope = 'db' AND attributes::VARCHAR LIKE '%"db.system.name":"sqlite"%', false)`;
