/**
 * Spans of what a program asks of its databases, after OpenTelemetry's
 * conventions. Neither parameters nor keys nor values are recorded, and of an
 * error's message no part that may quote them.
 *
 * @module
 */
import { KIND_CLIENT, SCOPE_DB } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import type { Call } from "../calls.ts";
import { isPlainPromise } from "../observe.ts";
import { withoutValues } from "./error_text.ts";
import { QueryCache } from "./query_cache.ts";
import type { QuerySummary } from "./query_summary.ts";
import type { Dialect } from "./sql_tokens.ts";

/** Attribute sets that are encoded once; others are with every span. */
const MAX_SHARED = 1000;
/** Targets that are known apart. */
const MAX_TARGETS = 100;
/** Commands of Redis, and those of its modules. */
const COMMAND = /^[A-Z][A-Z0-9_.]{0,31}$/;

const { then } = Promise.prototype;

/** One database that the program talks to. */
export interface Target {
  system: string;
  namespace?: string | undefined;
  address?: string | undefined;
  port?: number | undefined;
}

/** How many rows an answer has, or how many it changed; undefined if it does not say. */
export type RowsOf = (answer: unknown) => number | undefined;

export interface DatabaseOptions {
  /** As in `db.system.name`. */
  system: string;
  dialect?: Dialect;
  /** The code that an error carries, such as an SQLSTATE. */
  statusOf?: (error: object) => unknown;
}

interface KnownTarget extends Target {
  /** Numbers of encoded attributes. */
  shared: Map<QuerySummary, number>;
}

/** A kind of database, to one hook. */
export class Database {
  readonly recorder: Recorder;
  readonly system: string;
  readonly #queries: QueryCache | undefined;
  readonly #commands = new Map<string, QuerySummary>();
  readonly #targets = new Map<string, KnownTarget>();
  readonly #known = new WeakMap<Target, KnownTarget>();
  readonly #unnamed: KnownTarget;
  #sharedCount = 0;
  readonly #statusOf: (error: object) => unknown;

  constructor(
    recorder: Recorder,
    { system, dialect, statusOf }: DatabaseOptions,
  ) {
    this.recorder = recorder;
    this.system = system;
    this.#unnamed = { system, shared: new Map() };
    this.#queries = dialect === undefined ? undefined : new QueryCache(dialect);
    this.#statusOf = statusOf ?? (() => undefined);
  }

  /** What is recorded of a query. */
  query(text: unknown): QuerySummary {
    return this.#queries!.get(text);
  }

  /** The same for a command that has a name and no text. */
  command(name: unknown): QuerySummary {
    let known = this.#commands.get(name as string);
    if (known !== undefined) return known;
    const upper = typeof name === "string" ? name.toUpperCase() : "";
    const operation = COMMAND.test(upper) && this.#commands.size < 1000 ? upper : "_OTHER";
    known = { summary: operation, operation, collection: undefined, text: "" };
    if (operation !== "_OTHER") this.#commands.set(name as string, known);
    return known;
  }

  /** Something that is neither, such as waiting for a connection. */
  step(name: string): QuerySummary {
    let known = this.#commands.get(name);
    if (known === undefined) {
      known = { summary: name, operation: "", collection: undefined, text: "" };
      this.#commands.set(name, known);
    }
    return known;
  }

  /** Begins an operation, as a child of the current span. `target` may be told at its end. */
  start(summary: QuerySummary, target?: Target): Operation {
    const span = this.recorder.startSpan(summary.summary || this.system, {
      scope: SCOPE_DB,
      kind: KIND_CLIENT,
    });
    return new Operation(this, span, summary, target);
  }

  /** Whether what happens now is part of an operation that is recorded. */
  get isInside(): boolean {
    return this.recorder.isInside(SCOPE_DB);
  }

  /** For {@linkcode Operation}. */
  describe(
    span: Span,
    summary: QuerySummary,
    target: Target | undefined,
  ): void {
    if (span.slot < 0) return;
    const known = this.#knownOf(target);
    let number = known.shared.get(summary);
    if (number === undefined) {
      const isWanted = this.#sharedCount < MAX_SHARED;
      number = isWanted ? this.recorder.shareAttributes(attributesOf(summary, known)) : 0;
      if (isWanted) {
        this.#sharedCount++;
        known.shared.set(summary, number);
      }
    }
    if (number !== 0) this.recorder.setShared(span, number);
    else this.recorder.setAttributes(span, attributesOf(summary, known));
  }

  /** For {@linkcode Operation}. */
  fail(span: Span, error: unknown): void {
    if (span.slot < 0) return;
    const { recorder } = this;
    recorder.fail(span, error, withoutValues);
    let status: unknown;
    if (typeof error === "object" && error !== null) {
      quietly(() => void (status = this.#statusOf(error)));
    }
    if (typeof status !== "string" && typeof status !== "number") return;
    recorder.setAttribute(span, "db.response.status_code", String(status));
    recorder.setAttribute(span, "error.type", String(status));
  }

  #knownOf(target: Target | undefined): KnownTarget {
    // Most come again as the same object.
    const found = target === undefined ? this.#unnamed : this.#known.get(target);
    if (found !== undefined) return found;
    const { system, namespace, address, port } = target!;
    const key = `${system} ${namespace} ${address} ${port}`;
    let known = this.#targets.get(key);
    if (known === undefined) {
      known = { ...target!, shared: new Map() };
      if (this.#targets.size < MAX_TARGETS) this.#targets.set(key, known);
    }
    this.#known.set(target!, known);
    return known;
  }
}

/** One thing that a database was asked. It ends once, whatever is called later. */
export class Operation {
  readonly #database: Database;
  readonly span: Span;
  summary: QuerySummary;
  target: Target | undefined;

  constructor(
    database: Database,
    span: Span,
    summary: QuerySummary,
    target: Target | undefined,
  ) {
    this.#database = database;
    this.span = span;
    this.summary = summary;
    this.target = target;
  }

  get recorder(): Recorder {
    return this.#database.recorder;
  }

  /** The query turned out to be another: its text was put together later. */
  setSummary(summary: QuerySummary): void {
    if (summary === this.summary || summary.summary === "") return;
    this.summary = summary;
    if (this.span.slot >= 0) {
      this.#database.recorder.rename(this.span, summary.summary);
    }
  }

  /** It was answered. */
  end(rows?: number | undefined): void {
    const { span } = this;
    if (span.slot < 0) return;
    const { recorder } = this.#database;
    this.#database.describe(span, this.summary, this.target);
    if (typeof rows === "number") {
      recorder.setAttribute(span, "db.response.returned_rows", rows);
    }
    recorder.end(span);
  }

  /** The same, with an answer that is looked at only if it is recorded. */
  endWith(answer: unknown, rowsOf: RowsOf | undefined): void {
    if (this.span.slot < 0) return;
    let rows: number | undefined;
    // The program's own objects may do anything when they are read.
    if (rowsOf !== undefined) quietly(() => void (rows = rowsOf(answer)));
    this.end(rows);
  }

  fail(error: unknown): void {
    const { span } = this;
    if (span.slot < 0) return;
    this.#database.describe(span, this.summary, this.target);
    this.#database.fail(span, error);
    this.#database.recorder.end(span);
  }

  /** Several commands were sent at once. */
  setBatchSize(size: number): void {
    this.#database.recorder.setAttribute(
      this.span,
      "db.operation.batch.size",
      size,
    );
  }

  /** Makes a call with the operation's span as the current one. A throw ends it. */
  within<T>(call: () => T): T {
    try {
      return this.#database.recorder.runWith(this.span, call);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** The same, and what the call returns, or what comes of a promise, ends it. */
  call({ fn, self, args }: Call, rowsOf?: RowsOf): unknown {
    return this.ended(this.within(() => Reflect.apply(fn, self, args)), rowsOf);
  }

  /**
   * Ends the operation with a value or when a promise settles. A promise is handed
   * on as one derived from it: a reaction beside the program's own would make
   * every rejection count as handled.
   */
  ended(result: unknown, rowsOf?: RowsOf): unknown {
    const method = isPlainPromise(result) ? then : thenOf(result);
    if (method === undefined) {
      this.endWith(result, rowsOf);
      return result;
    }
    return method.call(result as Promise<unknown>, (value: unknown) => {
      this.endWith(value, rowsOf);
      return value;
    }, (error: unknown) => {
      this.fail(error);
      throw error;
    });
  }

  /** Stands in for a callback: ends the operation and goes back to the caller's context. */
  // deno-lint-ignore no-explicit-any -- a callback of any shape
  callback<F extends (...args: any[]) => unknown>(
    callback: F,
    rowsOf?: RowsOf,
  ): F {
    return inContext(this.#database.recorder, callback, (error, answer) => {
      if (error !== null && error !== undefined) this.fail(error);
      else this.endWith(answer, rowsOf);
    });
  }
}

/** Does what the program must not notice, even if a package is not as it was known. */
export function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // This operation is not recorded as it should be.
  }
}

/** The same function, to be run in the context that is the current one now. */
// deno-lint-ignore no-explicit-any -- any function
export function inContext<F extends (...args: any[]) => unknown>(
  { context }: Recorder,
  fn: F,
  before?: (first: unknown, second: unknown) => void,
): F {
  const outer = context.frame();
  return function (this: unknown, ...args: unknown[]) {
    if (before !== undefined) quietly(() => before(args[0], args[1]));
    const inner = context.frame();
    context.leave(outer);
    try {
      return Reflect.apply(fn, this, args);
    } finally {
      context.leave(inner);
    }
  } as F;
}

/** `then` of an instance of another class of promises, which makes its own kind again. */
function thenOf(value: unknown): typeof then | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const method = (value as { then?: unknown }).then;
  return typeof method === "function" ? method as typeof then : undefined;
}

function attributesOf(
  { summary, operation, collection, text }: QuerySummary,
  target: Target,
): Record<string, string | number> {
  const attributes: Record<string, string | number> = {
    "db.system.name": target.system,
  };
  if (operation !== "") attributes["db.operation.name"] = operation;
  if (operation !== "") attributes["db.query.summary"] = summary;
  if (collection !== undefined) attributes["db.collection.name"] = collection;
  if (target.namespace) attributes["db.namespace"] = target.namespace;
  if (target.address) attributes["server.address"] = target.address;
  if (target.port) attributes["server.port"] = target.port;
  if (text !== "") attributes["db.query.text"] = text;
  return attributes;
}
