/**
 * Commands of the package `redis`, whose client is `@redis/client`. A pipeline,
 * or a transaction, is one operation; what was subscribed to arrives without one.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { inContext } from "./operation.ts";
import { redisStatus } from "./redis_answers.ts";
import { Reflect, String } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- callbacks of any shape
type Callback = (...args: any[]) => unknown;

interface Client {
  options?: {
    socket?: { host?: string; port?: number; path?: string };
    database?: number;
  };
}

/** Commands that do not go through `sendCommand`. */
const PUB_SUB = [
  "SUBSCRIBE",
  "UNSUBSCRIBE",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "SSUBSCRIBE",
  "SUNSUBSCRIBE",
];

export const nodeRedis: Hook = {
  name: "redis",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "redis",
      statusOf: redisStatus,
    });
    onPackage({
      file: /\/node_modules\/@redis\/client\/dist\/lib\/client\/index\.js$/,
      patch: (exported: { default: { prototype: object } }) =>
        observeClient(database, exported.default.prototype),
    });
    onPackage({
      file: /\/node_modules\/@redis\/client\/dist\/lib\/client\/pool\.js$/,
      patch: (exported: { RedisClientPool: { prototype: object } }) =>
        observePool(database, exported.RedisClientPool.prototype),
    });
  },
};

function observeClient(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "sendCommand",
    (original) =>
      imitate(function (this: Client, ...args: unknown[]) {
        const name = (args[0] as unknown[] | undefined)?.[0];
        const operation = database.start(
          database.command(name),
          targetOf(this),
        );
        return operation.ended(
          operation.within(() => Reflect.apply(original, this, args)),
        );
      }, original),
  );
  for (const name of PUB_SUB) {
    replaceFunction(
      prototype,
      name,
      (original) =>
        imitate(function (this: Client, ...args: unknown[]) {
          const operation = database.start(
            database.command(name),
            targetOf(this),
          );
          return operation.ended(
            operation.within(() => Reflect.apply(original, this, args)),
          );
        }, original),
    );
  }
  for (
    const [method, name] of [["_executeMulti", "MULTI"], [
      "_executePipeline",
      "PIPELINE",
    ]]
  ) {
    replaceFunction(
      prototype,
      method!,
      (original) =>
        imitate(function (this: Client, ...args: unknown[]) {
          const operation = database.start(
            database.command(name),
            targetOf(this),
          );
          operation.setBatchSize((args[0] as unknown[] | undefined)?.length ?? 0);
          return operation.ended(
            operation.within(() => Reflect.apply(original, this, args)),
          );
        }, original),
    );
  }
}

/** What waits for a client of a pool runs when another gives it back, in that one's context. */
function observePool(database: Database, prototype: object): void {
  replaceFunction(
    prototype,
    "execute",
    (original) =>
      imitate(function (this: unknown, ...args: unknown[]) {
        if (typeof args[0] === "function") {
          args[0] = inContext(database.recorder, args[0] as Callback);
        }
        return Reflect.apply(original, this, args);
      }, original),
  );
}

function targetOf({ options }: Client): Target {
  const { socket = {}, database = 0 } = options ?? {};
  const { host = "localhost", port = 6379, path } = socket;
  return {
    system: "redis",
    namespace: String(database),
    ...(path ? { address: path } : { address: host, port }),
  };
}
