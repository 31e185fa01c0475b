/**
 * Queries of `Bun.sql` and `Bun.SQL`, for PostgreSQL, MySQL and SQLite.
 *
 * Reading either property loads the whole client, so stand-ins take their
 * places; `Bun.postgres`, which is `Bun.sql` again, is left as the way to it.
 *
 * A query is lazy: it begins when one of the methods below is first called, and
 * Bun itself calls its `resolve` or `reject`.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { lazyFunction } from "./lazy_function.ts";
import { type Operation, quietly } from "./operation.ts";
import { type Dialect, LENIENT_SQLITE, MYSQL, POSTGRES } from "./sql_tokens.ts";
import {
  Array,
  Map,
  Number,
  Object,
  Reflect,
  String,
  WeakMap,
  WeakSet,
} from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function or class
type AnyFunction = (...args: any[]) => unknown;

interface BunSql {
  sql: AnyFunction;
  SQL: AnyFunction;
  readonly postgres: AnyFunction;
}

/** What a query is sent with. */
interface Adapter {
  connectionInfo?: {
    adapter?: string;
    hostname?: string;
    port?: number | string;
    database?: string;
    filename?: unknown;
  };
  normalizeQuery?(
    strings: unknown,
    values: unknown,
  ): [text: unknown, values: unknown];
}

/** Methods that begin a query. */
const BEGINNING = ["then", "catch", "finally", "execute", "run"];

const SYSTEMS: Readonly<Record<string, { system: string; dialect: Dialect }>> = {
  postgres: { system: "postgresql", dialect: POSTGRES },
  mysql: { system: "mysql", dialect: MYSQL },
  mariadb: { system: "mariadb", dialect: MYSQL },
  sqlite: { system: "sqlite", dialect: LENIENT_SQLITE },
};

export const bunSql: Hook = {
  name: "bun-sql",
  runtimes: ["bun"],
  install({ recorder }) {
    const { Bun } = globalThis as unknown as { Bun: BunSql };
    const queries = new BunQueries(recorder);
    Bun.sql = lazyFunction(() => Bun.postgres, (value) => queries.seen(value));
    Bun.SQL = lazyFunction(
      () => classOf(Bun.postgres),
      (value) => queries.seenClient(value),
    );
  },
};

/** `SQL`, which every client has as its constructor. One of SQLite connects to nothing. */
function classOf(sql: AnyFunction): AnyFunction {
  const client = Reflect.construct(sql, ["sqlite://:memory:"]) as {
    constructor: AnyFunction;
    close(): unknown;
  };
  client.close();
  return client.constructor;
}

class BunQueries {
  readonly #recorder: Recorder;
  readonly #databases = new Map<string, Database>();
  readonly #operations = new WeakMap<object, Operation>();
  readonly #adapters = new WeakSet<object>();
  #areQueriesObserved = false;
  /** The query whose text is being put together. */
  #beginning: { operation: Operation; database: Database } | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** A client was made: queries are what it returns. */
  seenClient(client: unknown): unknown {
    if (!this.#areQueriesObserved && typeof client === "function") {
      try {
        // Made and never begun.
        this.seen((client as (strings: TemplateStringsArray) => unknown)``);
      } catch {
        // Not a client, then.
      }
    }
    return client;
  }

  /** Observes all queries, once the first is there. */
  seen(query: unknown): unknown {
    if (typeof query === "function") return this.seenClient(query);
    const isQuery = query instanceof Promise &&
      Object.getPrototypeOf(query) !== Promise.prototype;
    if (!this.#areQueriesObserved && isQuery) {
      this.#areQueriesObserved = true;
      this.#observe(Object.getPrototypeOf(query));
    }
    return query;
  }

  #observe(prototype: object): void {
    const begin = (query: object) => this.#begin(query, execute);
    const end = () => this.#beginning = undefined;
    const { execute } = prototype as { execute: AnyFunction };
    for (const name of BEGINNING) {
      replaceFunction(
        prototype,
        name,
        (original) =>
          imitate(function (this: object, ...args: unknown[]) {
            quietly(() => begin(this));
            try {
              return Reflect.apply(original, this, args);
            } finally {
              end();
            }
          }, original),
      );
    }
    const operations = this.#operations;
    replaceFunction(
      prototype,
      "resolve",
      (original) =>
        imitate(function (this: object, ...args: unknown[]) {
          operations.get(this)?.endWith(args[0], rowsOf);
          return Reflect.apply(original, this, args);
        }, original),
    );
    replaceFunction(
      prototype,
      "reject",
      (original) =>
        imitate(function (this: object, ...args: unknown[]) {
          operations.get(this)?.fail(args[0]);
          return Reflect.apply(original, this, args);
        }, original),
    );
  }

  #begin(query: object, execute: AnyFunction): void {
    if (this.#operations.has(query)) return;
    const strings = property(query, "strings");
    const adapter = property(query, "adapter") as Adapter | undefined;
    const info = adapter?.connectionInfo ?? {};
    const database = this.#databaseFor(info.adapter ?? "postgres");
    const text = Array.isArray(strings) ? strings.join("?") : strings;
    const operation = database.start(
      database.query(text),
      targetOf(database, info),
    );
    this.#operations.set(query, operation);
    this.#beginning = { operation, database };
    if (adapter !== undefined) {
      this.#observeTexts(Object.getPrototypeOf(adapter));
    }
    // It goes through bun:sqlite, which is to see that it is observed already.
    if (info.adapter === "sqlite" && isTagged(query)) {
      operation.within(() => Reflect.apply(execute, query, []));
    }
  }

  /** A text that is made of fragments is put together when the query begins. */
  #observeTexts(prototype: object): void {
    if (this.#adapters.has(prototype)) return;
    this.#adapters.add(prototype);
    const told = (text: unknown) => {
      const { operation, database } = this.#beginning ?? {};
      operation?.setSummary(database!.query(text));
    };
    let owner: object | null = prototype;
    while (owner !== null && !Object.hasOwn(owner, "normalizeQuery")) {
      owner = Object.getPrototypeOf(owner) as object | null;
    }
    if (owner === null || (owner !== prototype && this.#adapters.has(owner))) {
      return;
    }
    this.#adapters.add(owner);
    replaceFunction(
      owner,
      "normalizeQuery",
      (original) =>
        imitate(function (this: unknown, ...args: unknown[]) {
          const result = Reflect.apply(original, this, args) as [unknown];
          if (Array.isArray(result)) told(result[0]);
          return result;
        }, original),
    );
  }

  #databaseFor(adapter: string): Database {
    let database = this.#databases.get(adapter);
    if (database === undefined) {
      const { system, dialect } = SYSTEMS[adapter] ?? SYSTEMS["postgres"]!;
      database = new Database(this.#recorder, {
        system,
        dialect,
        statusOf: (error) => {
          const { errno, code } = error as { errno?: unknown; code?: unknown };
          return errno ?? code;
        },
      });
      this.#databases.set(adapter, database);
    }
    return database;
  }
}

/** Whether Bun would run a query, and not complain that it is no template. */
function isTagged(query: object): boolean {
  return Array.isArray(property(query, "strings"));
}

/** What a query has under a symbol of Bun's own. */
function property(query: object, name: string): unknown {
  const key = Object.getOwnPropertySymbols(query).find((symbol) => symbol.description === name);
  return key === undefined ? undefined : (query as Record<symbol, unknown>)[key];
}

function targetOf(
  { system }: Database,
  info: NonNullable<Adapter["connectionInfo"]>,
): Target {
  const { hostname, port, database, filename } = info;
  const namespace = filename === undefined ? database : String(filename);
  return {
    system,
    namespace,
    address: hostname,
    port: port === undefined ? port : Number(port),
  };
}

function rowsOf(answer: unknown): number | undefined {
  const { count, affectedRows } = answer as {
    count?: number | null;
    affectedRows?: number;
  };
  return affectedRows ? affectedRows : count ?? undefined;
}
