/**
 * Tracing channels of packages that have a hook of their own: who listens to all
 * others leaves these out, so that nothing is recorded twice.
 *
 * @module
 */
import { Set } from "../runtime/intrinsics.ts";

/** Names as `diagnostics_channel.tracingChannel` takes them. */
export const TAKEN_CHANNELS: ReadonlySet<string> = new Set([
  "mysql2:query",
  "mysql2:execute",
  "mysql2:connect",
  "mysql2:pool:connect",
  "ioredis:command",
  "ioredis:batch",
  "ioredis:connect",
  "node-redis:command",
  "node-redis:batch",
  "node-redis:connect",
]);
