/**
 * Queries of the package `pg`, and how long programs wait for its connections.
 *
 * A query may be a text, a configuration, or an object that takes part in the
 * protocol (Query, Cursor, QueryStream), which is told of its rows by methods:
 * those run in the context of who asked, since the connection's own is that of
 * whoever opened it.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { inContext, type Operation } from "./operation.ts";
import { POSTGRES } from "./sql_tokens.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- callbacks of any shape
type Callback = (...args: any[]) => unknown;

interface Client {
  host?: string;
  port?: number;
  database?: string;
}

interface Pool {
  options?: Client;
  idleCount: number;
  waitingCount: number;
}

/** What the client calls on a query that takes part in the protocol. */
const PROTOCOL_METHODS = [
  "handleRowDescription",
  "handleDataRow",
  "handlePortalSuspended",
  "handleCommandComplete",
  "handleEmptyQuery",
  "handleReadyForQuery",
  "handleError",
];

export const pg: Hook = {
  name: "pg",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "postgresql",
      dialect: POSTGRES,
      statusOf: (error) => (error as { code?: unknown }).code,
    });
    onPackage({
      file: /\/node_modules\/pg\/lib\/client\.js$/,
      patch(exported: { prototype: object }) {
        observeClient(database, exported.prototype);
      },
    });
    onPackage({
      file: /\/node_modules\/pg-pool\/index\.js$/,
      patch(exported: { prototype: object }) {
        observePool(database, exported.prototype);
      },
    });
  },
};

function observeClient(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "query",
    (original) =>
      imitate(function (this: Client, ...args: unknown[]) {
        const [query] = args;
        if (query === null || query === undefined) {
          return Reflect.apply(original, this, args);
        }
        const text = typeof query === "string" ? query : textOf(query as object);
        const operation = database.start(database.query(text), targetOf(this));
        if (typeof (query as { submit?: unknown }).submit === "function") {
          observeSubmittable(
            database.recorder,
            query as Record<string, Callback>,
            operation,
          );
          return resultOf(operation, () => Reflect.apply(original, this, args));
        }
        const hasCallback = withCallback(args, operation);
        const result = resultOf(
          operation,
          () => Reflect.apply(original, this, args),
        );
        return hasCallback ? result : operation.ended(result, rowsOf);
      }, original),
  );
  replaceFunction(
    prototype,
    "connect",
    (original) =>
      imitate(function (this: Client, ...args: unknown[]) {
        const operation = database.start(
          database.step("pg.connect"),
          targetOf(this),
        );
        return connect(operation, { fn: original, self: this, args });
      }, original),
  );
}

function observePool(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "connect",
    (original) =>
      imitate(function (this: Pool, ...args: unknown[]) {
        const [callback] = args;
        // With an idle connection nobody waits.
        if (this.idleCount > this.waitingCount) {
          if (typeof callback === "function") {
            args[0] = inContext(database.recorder, callback as Callback);
          }
          return Reflect.apply(original, this, args);
        }
        const operation = database.start(
          database.step("pg.pool.connect"),
          targetOf(this.options),
        );
        return connect(operation, { fn: original, self: this, args });
      }, original),
  );
}

function connect(
  operation: Operation,
  { fn, self, args }: { fn: Callback; self: unknown; args: unknown[] },
): unknown {
  const [callback] = args;
  if (typeof callback !== "function") {
    return operation.call({ fn, self, args }, () => undefined);
  }
  args[0] = operation.callback(callback as Callback, () => undefined);
  return operation.within(() => Reflect.apply(fn, self, args));
}

/** Calls, and ends the operation only when the call throws. */
function resultOf(operation: Operation, call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    operation.fail(error);
    throw error;
  }
}

/** Puts our callback into the place of the program's. @returns whether there is one. */
function withCallback(args: unknown[], operation: Operation): boolean {
  const at = typeof args[1] === "function" ? 1 : 2;
  if (typeof args[at] === "function") {
    args[at] = operation.callback(args[at] as Callback, rowsOf);
    return true;
  }
  const [config] = args as [{ callback?: unknown }];
  if (typeof config !== "object" || typeof config.callback !== "function") {
    return false;
  }
  // Only where the client would look for it too.
  args[0] = Object.create(config, {
    callback: {
      value: operation.callback(config.callback as Callback, rowsOf),
    },
  });
  return true;
}

/** Follows a query that the client speaks to: its own methods stay what they are. */
function observeSubmittable(
  recorder: Recorder,
  query: Record<string, Callback>,
  operation: Operation,
): void {
  let rows = 0;
  const onEvent: Record<string, (first: unknown) => void> = {
    handleDataRow: () => rows++,
    handleReadyForQuery: () => operation.end(rows),
    handleError: (error) => operation.fail(error),
  };
  for (const name of PROTOCOL_METHODS) {
    const method = query[name];
    if (typeof method !== "function") continue;
    Object.defineProperty(query, name, {
      configurable: true,
      writable: true,
      enumerable: Object.hasOwn(query, name),
      value: imitate(inContext(recorder, method, onEvent[name]), method),
    });
  }
}

function textOf(query: object): unknown {
  const { text, cursor } = query as {
    text?: unknown;
    cursor?: { text?: unknown };
  };
  return text ?? cursor?.text;
}

function targetOf({ host, port, database }: Client = {}): Target {
  return { system: "postgresql", namespace: database, address: host, port };
}

function rowsOf(answer: unknown): number | undefined {
  const { rowCount } = answer as { rowCount?: number | null };
  return rowCount ?? undefined;
}
