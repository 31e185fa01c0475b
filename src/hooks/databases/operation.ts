/**
 * One thing that a database is asked, from its beginning to its end: around a
 * call, a promise or a callback, none of which the program may find changed.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import type { Call } from "../calls.ts";
import { isPlainPromise } from "../observe.ts";
import type { Database, Target } from "./database.ts";
import type { QuerySummary } from "./query_summary.ts";
import { Reflect } from "../../runtime/intrinsics.ts";

const { then } = Promise.prototype;

/** How many rows an answer has, or how many it changed; undefined if it does not say. */
export type RowsOf = (answer: unknown) => number | undefined;

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
    const onValue = (value: unknown) => {
      this.endWith(value, rowsOf);
      return value;
    };
    const onError = (error: unknown) => {
      this.fail(error);
      throw error;
    };
    return Reflect.apply(method, result, [onValue, onError]);
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

/**
 * The same function, to be run with the span as the current one that is it now.
 * What the program keeps in contexts of its own is what it would be without us.
 */
// deno-lint-ignore no-explicit-any -- any function
export function inContext<F extends (...args: any[]) => unknown>(
  { context }: Recorder,
  fn: F,
  before?: (first: unknown, second: unknown) => void,
): F {
  const span = context.spanOf(context.frame());
  return function (this: unknown, ...args: unknown[]) {
    if (before !== undefined) quietly(() => before(args[0], args[1]));
    const frame = context.frame();
    if (context.spanOf(frame) === span) return Reflect.apply(fn, this, args);
    // Where there was none, none is to be the current one either.
    context.enter(span as Span, frame);
    try {
      return Reflect.apply(fn, this, args);
    } finally {
      context.leave(frame);
    }
  } as F;
}

/** `then` of an instance of another class of promises, which makes its own kind again. */
function thenOf(value: unknown): typeof then | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const method = (value as { then?: unknown }).then;
  return typeof method === "function" ? method as typeof then : undefined;
}
