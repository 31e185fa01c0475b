/**
 * Commands of the package `ioredis`. A pipeline, or a transaction, is one
 * operation; what was subscribed to arrives without one.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { type Operation, quietly } from "./operation.ts";
import { redisStatus } from "./redis_answers.ts";
import { Array, Reflect, String, WeakSet } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- callbacks of any shape
type Callback = (...args: any[]) => unknown;

/** What settles by calling its own functions. */
interface Deferred {
  resolve: Callback;
  reject: Callback;
}

interface Command extends Deferred {
  name: string;
}

interface Redis {
  options?: { host?: string; port?: number; path?: string; db?: number };
}

interface Pipeline extends Deferred {
  redis: Redis;
  _queue: { name: string }[];
  _transactions: number;
  nodeifiedPromise?: boolean;
}

export const ioredis: Hook = {
  name: "ioredis",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "redis",
      statusOf: redisStatus,
    });
    onPackage({
      file: /\/node_modules\/ioredis\/built\/Redis\.js$/,
      patch: (exported: { default: { prototype: object } }) =>
        observeClient(database, exported.default.prototype),
    });
    onPackage({
      file: /\/node_modules\/ioredis\/built\/Pipeline\.js$/,
      patch: (exported: { default: { prototype: object } }) =>
        observePipelines(database, exported.default.prototype),
    });
  },
};

function observeClient(database: Database, prototype: object): void {
  // A command comes again when the connection is there, or there again.
  const open = new WeakSet<object>();
  replaceFunction(
    prototype,
    "sendCommand",
    (original) =>
      imitate(function (this: Redis, ...args: unknown[]) {
        const [command, stream] = args as [
          Command,
          { isPipeline?: boolean } | undefined,
        ];
        if (stream?.isPipeline !== true && !open.has(command)) {
          open.add(command);
          const operation = database.start(
            database.command(command.name),
            targetOf(this),
          );
          observe(command, {
            resolved: () => operation.end(),
            rejected: (error) => operation.fail(error),
            settled: () => open.delete(command),
          });
        }
        return Reflect.apply(original, this, args);
      }, original),
  );
}

function observePipelines(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "exec",
    (original) =>
      imitate(function (this: Pipeline, ...args: unknown[]) {
        // The first `exec` of a transaction queues it, and that of a cluster may come again.
        const isFinal = !(this._transactions > 0) && this.nodeifiedPromise !== true;
        if (isFinal && Array.isArray(this._queue)) {
          const names = this._queue.map(({ name }) => name);
          const isMulti = names[0] === "multi";
          const operation = database.start(
            database.command(isMulti ? "MULTI" : "PIPELINE"),
            targetOf(this.redis),
          );
          operation.setBatchSize(names.length - (isMulti ? 2 : 0));
          observe(this, {
            resolved: (answers) => endPipeline(operation, answers as [unknown][]),
            rejected: (error) => operation.fail(error),
            settled: () => {},
          });
        }
        return Reflect.apply(original, this, args);
      }, original),
  );
}

/** A pipeline is as good as its commands, each of which has an error or an answer. */
function endPipeline(
  operation: Operation,
  answers: readonly [unknown][],
): void {
  const failed = answers.find(([error]) => error !== null && error !== undefined);
  if (failed === undefined) operation.end();
  else operation.fail(failed[0]);
}

function observe(
  deferred: Deferred,
  told: {
    resolved: (value: unknown) => void;
    rejected: (error: unknown) => void;
    settled: () => void;
  },
): void {
  const { resolve, reject } = deferred;
  deferred.resolve = function (this: unknown, ...args: unknown[]) {
    quietly(() => {
      told.settled();
      told.resolved(args[0]);
    });
    return Reflect.apply(resolve, this, args);
  };
  deferred.reject = function (this: unknown, ...args: unknown[]) {
    quietly(() => {
      told.settled();
      told.rejected(args[0]);
    });
    return Reflect.apply(reject, this, args);
  };
}

function targetOf({ options = {} }: Partial<Redis> = {}): Target {
  const { host, port, path, db } = options;
  return {
    system: "redis",
    namespace: db === undefined ? undefined : String(db),
    ...(path ? { address: path } : { address: host, port }),
  };
}
