/**
 * Commands of `Bun.redis` and `Bun.RedisClient`. What was subscribed to arrives
 * without an operation.
 *
 * The class has 200 methods: they are replaced when the program first uses it.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { lazyFunction, lazyObject } from "./lazy_function.ts";
import { redisStatus } from "./redis_answers.ts";
import { Number, Object, Reflect, Set, WeakMap } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- a class of the runtime's
type RedisClass = new (...args: any[]) => object;

interface BunRedis {
  RedisClient: RedisClass;
  redis: object;
}

/** Methods that send no command. */
const OTHERS = new Set(["constructor", "close", "connect", "duplicate"]);
/** Methods that send the command of another name. */
const COMMANDS: Readonly<Record<string, string>> = { getBuffer: "GET" };

export const bunRedis: Hook = {
  name: "bun-redis",
  runtimes: ["bun"],
  install({ recorder }) {
    const { Bun } = globalThis as unknown as { Bun: BunRedis };
    const original = Bun.RedisClient;
    let isObserved = false;
    const observed = () => {
      if (!isObserved) {
        isObserved = true;
        const database = new Database(recorder, {
          system: "redis",
          statusOf: redisStatus,
        });
        observe(database, original.prototype as object);
      }
      return original;
    };
    Bun.RedisClient = lazyFunction(
      observed as unknown as () => () => unknown,
      (client, [url]) => {
        if (typeof url === "string") {
          targets.set(
            client as object,
            targetOf(url),
          );
        }
        return client;
      },
    ) as unknown as RedisClass;
    Bun.redis = lazyObject(() => new (observed())());
  },
};

/** Where the server of a client is, if the program named it. */
const targets = new WeakMap<object, Target>();

function observe(database: Database, prototype: object): void {
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
          const operation = database.start(
            database.command(sent),
            targets.get(this),
          );
          return operation.ended(
            operation.within(() => Reflect.apply(original, this, args)),
          );
        }, original),
    );
  }
}

function targetOf(url: string): Target {
  try {
    const { hostname, port, pathname } = new URL(url);
    const target = { system: "redis", namespace: pathname.slice(1) || "0" };
    return hostname === "" ? target : {
      ...target,
      address: hostname,
      port: port === "" ? 6379 : Number(port),
    };
  } catch {
    return { system: "redis" };
  }
}
