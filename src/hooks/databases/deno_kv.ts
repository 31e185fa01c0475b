/**
 * Operations of `Deno.Kv`, which there is with `--unstable-kv`. Keys are never
 * recorded. A watch or a queue has no end: only that it began is an operation.
 *
 * @module
 */
import { type Hook, HookUnavailable } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database } from "./database.ts";
import { observeIterator } from "./iterators.ts";
import type { RowsOf } from "./operation.ts";
import type { QuerySummary } from "./query_summary.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

interface DenoKv {
  openKv?: unknown;
  Kv: { prototype: object };
  AtomicOperation: { prototype: object };
}

const METHODS: Readonly<Record<string, RowsOf | undefined>> = {
  get: foundOne,
  getMany: (answer) => (answer as unknown[]).filter(foundOne).length,
  set: undefined,
  delete: undefined,
  enqueue: undefined,
  watch: undefined,
};

export const denoKv: Hook = {
  name: "deno-kv",
  runtimes: ["deno"],
  install({ recorder }) {
    const { Deno } = globalThis as unknown as { Deno: DenoKv };
    if (Object.getOwnPropertyDescriptor(Deno, "openKv") === undefined) {
      throw new HookUnavailable("Deno.openKv needs --unstable-kv");
    }
    const database = new Database(recorder, { system: "deno.kv" });
    let isObserved = false;
    // Not before it is used: reading `Deno.Kv` loads it.
    replaceFunction(
      Deno,
      "openKv",
      (original) =>
        imitate(function (this: unknown, ...args: unknown[]) {
          if (!isObserved) observe(database, Deno);
          isObserved = true;
          return Reflect.apply(original, this, args);
        }, original),
    );
  },
};

function observe(database: Database, { Kv, AtomicOperation }: DenoKv): void {
  for (const [name, rowsOf] of Object.entries(METHODS)) {
    observeMethod(database, Kv.prototype, { name, rowsOf });
  }
  observeMethod(database, AtomicOperation.prototype, {
    name: "commit",
    rowsOf: undefined,
  });
  const list = summaryOf("list");
  replaceFunction(
    Kv.prototype,
    "list",
    (original) =>
      imitate(function (this: unknown, ...args: unknown[]) {
        const iterator = Reflect.apply(original, this, args) as AsyncIterator<
          unknown
        >;
        return observeIterator(iterator, () => database.start(list));
      }, original),
  );
}

function observeMethod(
  database: Database,
  prototype: object,
  { name, rowsOf }: { name: string; rowsOf: RowsOf | undefined },
): void {
  const summary = summaryOf(name === "commit" ? "atomic.commit" : name);
  replaceFunction(
    prototype,
    name,
    (original) =>
      imitate(function (this: unknown, ...args: unknown[]) {
        return database.start(summary).call(
          { fn: original, self: this, args },
          rowsOf,
        );
      }, original),
  );
}

function summaryOf(operation: string): QuerySummary {
  return { summary: operation, operation, collection: undefined, text: "" };
}

function foundOne(entry: unknown): number {
  return (entry as { versionstamp: unknown }).versionstamp === null ? 0 : 1;
}
