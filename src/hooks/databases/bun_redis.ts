/**
 * Commands of `Bun.redis` and `Bun.RedisClient`. What was subscribed to arrives
 * without an operation.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { redisStatus } from "./redis_answers.ts";

interface BunRedis {
  RedisClient: { prototype: object; new (url?: string): object };
}

/** Methods that send no command. */
const OTHERS = new Set(["constructor", "close", "connect", "duplicate"]);
/** Methods that send the command of another name. */
const COMMANDS: Readonly<Record<string, string>> = { getBuffer: "GET" };

export const bunRedis: Hook = {
  name: "bun-redis",
  runtimes: ["bun"],
  install({ recorder }) {
    const { RedisClient } = (globalThis as unknown as { Bun: BunRedis }).Bun;
    const database = new Database(recorder, { system: "redis", statusOf: redisStatus });
    const { prototype } = RedisClient;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (OTHERS.has(name)) continue;
      const command = COMMANDS[name] ?? name;
      replaceFunction(
        prototype,
        name,
        (original) =>
          imitate(function (this: object, ...args: unknown[]) {
            if (database.isInside) return Reflect.apply(original, this, args);
            const sent = name === "send" ? args[0] : command;
            const operation = database.start(database.command(sent), TARGET);
            return operation.ended(operation.within(() => Reflect.apply(original, this, args)));
          }, original),
      );
    }
  },
};

/** A client does not say where its server is. */
const TARGET: Target = { system: "redis" };
