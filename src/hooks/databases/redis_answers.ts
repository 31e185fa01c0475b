/**
 * What the clients of Redis have in common.
 *
 * @module
 */

/**
 * The kind of an error that Redis answered: `WRONGTYPE` of `WRONGTYPE Operation
 * against a key…`, or else a client's own code, such as `ECONNREFUSED`.
 */
export function redisStatus(error: object): unknown {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const kind = typeof message === "string" ? /^[A-Z]{3,20}(?= )/.exec(message)?.[0] : undefined;
  return kind ?? code;
}
