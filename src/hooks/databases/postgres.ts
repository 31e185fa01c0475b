/**
 * Queries of the package `postgres`. They are lazy: one begins when it is
 * awaited or asked for its rows, by its method `handle`, and has its whole text
 * only when it is sent, since a text may be made of fragments.
 *
 * Which server it goes to is known to closures of the package alone, so a line
 * of its source is changed to tell.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database, type Target } from "./database.ts";
import { inContext, type Operation, quietly } from "./operation.ts";
import { POSTGRES } from "./sql_tokens.ts";
import { Object, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- callbacks of any shape
type Callback = (...args: any[]) => unknown;

/** What the package keeps of a query, as far as it is used here. */
interface Query {
  handler: object;
  strings?: readonly string[];
  /** The whole text, once it is sent. */
  string?: string;
  executed: boolean;
  cursorFn?: Callback;
  forEachFn?: Callback;
  resolve: Callback;
  reject: Callback;
}

/** Of a client, of which each function that runs its queries knows. */
interface Options {
  host?: readonly string[];
  port?: readonly number[];
  path?: string | false;
  database?: string;
}

/** Key of the function that the changed line calls. */
const REGISTRY = "ferret.postgres";
const LINE = "handler.debug = options.debug";
const CHANGED_LINE =
  `handler.debug = (globalThis[Symbol.for("${REGISTRY}")]?.(handler, options), options.debug)`;

export const postgres: Hook = {
  name: "postgres",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage, patchSource }) {
    const database = new Database(recorder, {
      system: "postgresql",
      dialect: POSTGRES,
      statusOf: (error) => (error as { code?: unknown }).code,
    });
    const targets = new WeakMap<object, Target>();
    Object.defineProperty(globalThis, Symbol.for(REGISTRY), {
      configurable: true,
      value: (handler: object, options: Options) => void targets.set(handler, targetOf(options)),
    });
    patchSource({
      file: /\/node_modules\/postgres\/(?:cjs\/)?src\/index\.js$/,
      apply: (source) => source.includes(LINE) ? source.replace(LINE, CHANGED_LINE) : undefined,
    });
    onPackage({
      file: /\/node_modules\/postgres\/(?:cjs\/)?src\/query\.js$/,
      patch(exported: { Query: { prototype: object } }) {
        replaceFunction(
          exported.Query.prototype,
          "handle",
          (original) =>
            imitate(function (this: Query) {
              if (!this.executed) {
                observeQuery(database, this, targets.get(this.handler));
              }
              return Reflect.apply(original, this, []);
            }, original),
        );
      },
    });
  },
};

function observeQuery(
  database: Database,
  query: Query,
  target: Target | undefined,
): void {
  const { recorder } = database;
  // Until the text is known. A query from a file has none yet.
  const operation = database.start(
    database.query(query.strings?.join("$0")),
    target,
  );
  const end = (answer: unknown) => {
    useText(database, query, operation);
    operation.endWith(
      answer,
      query.cursorFn === undefined ? rowsOf : undefined,
    );
  };
  const fail = (error: unknown) => {
    useText(database, query, operation);
    operation.fail(error);
  };
  if (query.forEachFn !== undefined) {
    query.forEachFn = inContext(recorder, query.forEachFn);
  }
  if (query.cursorFn === undefined) {
    query.resolve = before(query.resolve, end);
    query.reject = before(query.reject, fail);
    return;
  }
  // A cursor that is iterated over gets these anew for each step.
  query.cursorFn = inContext(recorder, query.cursorFn);
  observeProperty(query, "resolve", end);
  observeProperty(query, "reject", fail);
}

/** The text that was sent says more than the pieces of a template. */
function useText(
  database: Database,
  { string }: Query,
  operation: Operation,
): void {
  if (operation.span.slot >= 0 && string !== undefined) {
    operation.setSummary(database.query(string));
  }
}

function before(fn: Callback, told: (value: unknown) => void): Callback {
  return function (this: unknown, value: unknown) {
    quietly(() => told(value));
    return Reflect.apply(fn, this, [value]);
  };
}

function observeProperty(
  query: Query,
  name: "resolve" | "reject",
  told: (value: unknown) => void,
): void {
  let now = before(query[name], told);
  Object.defineProperty(query, name, {
    configurable: true,
    enumerable: true,
    get: () => now,
    set: (fn: Callback) => void (now = before(fn, told)),
  });
}

function targetOf({ host = [], port = [], path, database }: Options): Target {
  const target = { system: "postgresql", namespace: database };
  if (typeof path === "string") return { ...target, address: path };
  // Of several servers, nobody says which it is.
  return host.length === 1 ? { ...target, address: host[0], port: port[0] } : target;
}

function rowsOf(answer: unknown): number | undefined {
  const { count } = answer as { count?: number | null };
  return count ?? undefined;
}
