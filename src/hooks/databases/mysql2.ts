/**
 * Queries of the package `mysql2`, and how long programs wait for connections
 * of its pools. Its promises are made of the callbacks that are observed here.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { inContext, type Operation } from "./operation.ts";
import { MYSQL } from "./sql_tokens.ts";
import { Array, Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- callbacks of any shape
type Callback = (...args: any[]) => unknown;

interface Config {
  host?: string;
  port?: number;
  socketPath?: string;
  database?: string;
}

interface Connection {
  config?: Config;
  _isMariaDB?: boolean;
}

interface Pool {
  config?: { connectionConfig?: Config };
  _freeConnections?: { length: number };
}

/** A query that is sent, to the program an emitter of its rows. */
interface Command {
  sql?: string;
  statement?: { query?: string };
  onResult?: unknown;
  emit: Callback;
}

export const mysql2: Hook = {
  name: "mysql2",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "mysql",
      dialect: MYSQL,
      statusOf: (error) => {
        const { errno, code } = error as { errno?: unknown; code?: unknown };
        return errno ?? code;
      },
    });
    // Earlier versions had no folder `base`; since then, the other file inherits.
    onPackage({
      file: /\/node_modules\/mysql2\/lib\/(?:base\/)?connection\.js$/,
      patch: (exported: { prototype: object }) => observeConnection(database, exported.prototype),
    });
    onPackage({
      file: /\/node_modules\/mysql2\/lib\/(?:base\/)?pool\.js$/,
      patch: (exported: { prototype: object }) => observePool(database, exported.prototype),
    });
  },
};

function observeConnection(database: Database, prototype: object): void {
  for (const name of ["query", "execute"]) {
    replaceFunction(
      prototype,
      name,
      (original) =>
        imitate(function (this: Connection, ...args: unknown[]) {
          const operation = database.start(database.query(textOf(args[0])));
          operation.target = targetOf(this.config);
          const settled = observed(operation, this);
          const isObserved = withCallback(args, operation, settled);
          let command: unknown;
          try {
            command = Reflect.apply(original, this, args);
          } catch (error) {
            operation.fail(error);
            throw error;
          }
          if (!isObserved) {
            observeCommand(database, command as Command, settled);
          }
          return command;
        }, original),
    );
  }
  // A statement that the program prepared is executed without the connection's methods.
  replaceFunction(
    prototype,
    "addCommand",
    (original) =>
      imitate(function (this: Connection, ...args: unknown[]) {
        const command = args[0] as Command;
        if (
          command?.statement?.query !== undefined && command.sql === undefined
        ) {
          const operation = database.start(
            database.query(command.statement.query),
          );
          operation.target = targetOf(this.config);
          const settled = observed(operation, this);
          if (!withOnResult(command, operation, settled)) {
            observeCommand(database, command, settled);
          }
        }
        return Reflect.apply(original, this, args);
      }, original),
  );
}

function observePool(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "getConnection",
    (original) =>
      imitate(function (this: Pool, ...args: unknown[]) {
        const [callback] = args;
        if (typeof callback !== "function") {
          return Reflect.apply(original, this, args);
        }
        if ((this._freeConnections?.length ?? 0) > 0) {
          args[0] = inContext(database.recorder, callback as Callback);
          return Reflect.apply(original, this, args);
        }
        const target = targetOf(this.config?.connectionConfig);
        const operation = database.start(
          database.step("mysql2.pool.connect"),
          target,
        );
        args[0] = operation.callback(callback as Callback, () => undefined);
        return operation.within(() => Reflect.apply(original, this, args));
      }, original),
  );
}

/** How an operation ends. What kind of server it is, is known once it has answered. */
interface Settled {
  end(rows: number | undefined): void;
  fail(error: unknown): void;
}

function observed(operation: Operation, connection: Connection): Settled {
  const name = () => {
    if (connection._isMariaDB === true) {
      operation.target = mariadbOf(operation.target!);
    }
  };
  return {
    end(rows) {
      name();
      operation.end(rows);
    },
    fail(error) {
      name();
      operation.fail(error);
    },
  };
}

/** Puts our callback into the place of the program's. @returns whether there is one. */
function withCallback(
  args: unknown[],
  operation: Operation,
  settled: Settled,
): boolean {
  const at = args.findIndex((argument, index) => index > 0 && typeof argument === "function");
  if (at > 0) {
    args[at] = resultCallback(args[at] as Callback, operation, settled);
    return true;
  }
  return typeof args[0] === "object" && args[0] !== null &&
    withOnResult(args[0] as Command, operation, settled);
}

function withOnResult(
  command: Command,
  operation: Operation,
  settled: Settled,
): boolean {
  if (typeof command.onResult !== "function") return false;
  command.onResult = resultCallback(
    command.onResult as Callback,
    operation,
    settled,
  );
  return true;
}

function resultCallback(
  callback: Callback,
  operation: Operation,
  settled: Settled,
): Callback {
  return inContext(operation.recorder, callback, (error, answer) => {
    if (error) settled.fail(error);
    else settled.end(rowsOf(answer));
  });
}

/** Follows the events of a query without a callback, which run in the caller's context too. */
function observeCommand(
  database: Database,
  command: Command,
  settled: Settled,
): void {
  let rows = 0;
  const emit = inContext(database.recorder, command.emit, (event, value) => {
    if (event === "result") rows += rowsOf(value) ?? 1;
    else if (event === "error") settled.fail(value);
    else if (event === "end") settled.end(rows);
  });
  Object.defineProperty(command, "emit", {
    value: emit,
    writable: true,
    configurable: true,
  });
}

function textOf(query: unknown): unknown {
  return typeof query === "object" && query !== null ? (query as { sql?: unknown }).sql : query;
}

function targetOf({ host, port, socketPath, database }: Config = {}): Target {
  return socketPath
    ? { system: "mysql", namespace: database, address: socketPath }
    : { system: "mysql", namespace: database, address: host, port };
}

function mariadbOf(target: Target): Target {
  return { ...target, system: "mariadb" };
}

/** Rows, or what a change says that it affected. Of several answers, nothing. */
function rowsOf(answer: unknown): number | undefined {
  if (!Array.isArray(answer)) {
    const { affectedRows } = (answer ?? {}) as { affectedRows?: number };
    return affectedRows;
  }
  const [first] = answer as unknown[];
  const hasSeveral = Array.isArray(first) ||
    typeof (first as { affectedRows?: unknown } | undefined)?.affectedRows ===
      "number";
  return hasSeveral ? undefined : answer.length;
}
