/**
 * Library use: a profiler with a ring, a writer and a recording of its own.
 *
 * The ring is memory of this process, so what the writer has not taken when the
 * program is killed is lost. In every other way of ending, also without
 * `close()`, the exit handler waits until all of it is on disk.
 *
 * @module
 */
import type { FinishReport } from "../model/run_info.ts";
import { createCalibration } from "../recorder/calibration.ts";
import { createContext } from "../recorder/context.ts";
import { NOOP_TRACING } from "../recorder/noop_tracing.ts";
import { Recorder } from "../recorder/recorder.ts";
import {
  type ActiveSpan,
  createTracing,
  type MethodDecorator,
  type SpanOptions,
  type Tracing,
  type WrapOptions,
} from "../recorder/tracing.ts";
import { ringBytes, ringSizes } from "../ring/layout.ts";
import { createRing } from "../ring/memory.ts";
import type { OverflowPolicy } from "../ring/producer.ts";
import { parseRedactionPatterns } from "../redaction/patterns.ts";
import { createClock } from "../runtime/clock.ts";
import { onProcessEnd } from "../runtime/process_end.ts";
import { ownIdentity } from "../runtime/process_identity.ts";
import { WriterClient } from "../writer/client.ts";
import { describeOwnRun } from "./own_run.ts";

/** Options of {@linkcode Profiler}. */
export interface ProfilerOptions {
  /** The recording; a path ending in `/` or `.parquet` records Parquet. Default `out.duckdb`. */
  out?: string;
  /** Bytes of memory between the program and the writer. Default 16 MiB. */
  ringSize?: number;
  /** What happens to spans while that memory is full. Default `drop`: they are lost and counted. */
  overflow?: OverflowPolicy;
  /** Kept with the run. */
  labels?: Record<string, string>;
  /**
   * What is taken out of the recording besides passwords, tokens and the like: values by their
   * names, as in `customer.*`, or what a regular expression finds, as in `/acme-\d+/i`. With
   * false no secrets are taken out. Default `[]`.
   */
  redact?: readonly (string | RegExp)[] | false;
}

const DEFAULT_RING_BYTES = 16 * 2 ** 20;
/** `grow` in memory of this process: the system gives it page by page, as it is used. */
const GROWN_RING_BYTES = 256 * 2 ** 20;
/** How long a program may wait for its recording, at its end too. */
const TIMEOUT_MS = 30_000;

/**
 * Records spans into a file of its own, without `ferret run`.
 *
 * No method throws because of profiling: what cannot be recorded is counted in
 * the recording, or said once on stderr at the end.
 *
 * @example
 * ```ts
 * import { Profiler } from "ferret";
 *
 * await using p = new Profiler({ out: "out.duckdb" });
 * const rows = await p.span("load users", async (span) => {
 *   span.setAttribute("table", "users");
 *   return await Promise.resolve(["ada", "grace"]);
 * });
 * console.log(rows.length); // 2
 * ```
 */
export class Profiler implements Tracing, AsyncDisposable {
  readonly #out: string;
  readonly #writer: WriterClient;
  #tracing: Tracing;
  #closing: Promise<void> | undefined;
  readonly #forget: () => void;

  /**
   * Starts to record at once; the writer starts beside it.
   *
   * @throws {TypeError} when an option is not of its kind.
   */
  constructor(options: ProfilerOptions = {}) {
    const { out = "out.duckdb", ringSize = DEFAULT_RING_BYTES, overflow = "drop" } = options;
    check(out, ringSize, overflow);
    const redact = patternsOf(options.redact ?? []);
    const grows = overflow === "grow";
    const sizes = ringSizes(grows ? Math.max(ringSize, GROWN_RING_BYTES) : ringSize);
    const buffer = new SharedArrayBuffer(ringBytes(sizes));
    const { pid, startTime } = ownIdentity();
    const memory = createRing(new Uint8Array(buffer), {
      sizes,
      identity: { process: 0, thread: 0, consumerPid: pid, consumerStart: startTime },
      readySegments: 1,
    });
    const clock = createClock();
    const context = createContext();
    const recorder = new Recorder(memory, {
      clock,
      context,
      // One segment as large as may be: there is nothing to switch to.
      overflow: grows ? "drop" : overflow,
      calibrate: createCalibration(clock, context),
      pid,
    });
    this.#tracing = createTracing(recorder);
    this.#out = out;
    this.#writer = WriterClient.begin({
      out,
      run: describeOwnRun({ labels: options.labels ?? {}, redact }),
      rings: [{ kind: "shared", buffer }],
      worker: "thread",
    });
    // Said at the end, if nobody asks before.
    this.#writer.ready().catch(() => {});
    this.#forget = onProcessEnd((exitCode) => {
      this.#tracing = NOOP_TRACING;
      if (!this.#writer.finishSync({ exitCode, timeoutMs: TIMEOUT_MS })) {
        complain(`the recording "${out}" is not finished`);
      }
    });
  }

  /**
   * Times `fn` as a child of the current span.
   *
   * @param name Name of the span.
   * @param fn Gets the span; everything it does, also later, has it as its
   * current one. What it returns is returned; for a promise the span ends when
   * it settles. What it throws is recorded and thrown again.
   */
  span<R>(name: string, fn: (span: ActiveSpan) => R): R;
  span<R>(name: string, options: SpanOptions, fn: (span: ActiveSpan) => R): R;
  span<R>(
    name: string,
    second: SpanOptions | ((span: ActiveSpan) => R),
    third?: (span: ActiveSpan) => R,
  ): R {
    return typeof second === "function"
      ? this.#tracing.span(name, second)
      : this.#tracing.span(name, second, third!);
  }

  /**
   * Starts a span that does not become the current one. End it, or let `using`.
   *
   * @param name Name of the span.
   * @param options Attributes, kind and parent.
   */
  startSpan(name: string, options?: SpanOptions): ActiveSpan {
    return this.#tracing.startSpan(name, options);
  }

  /**
   * A function that does what `fn` does and records each call. Name, length,
   * `this`, properties and what is returned stay the same.
   *
   * @param fn Any function.
   * @param options Name and kind of the spans.
   */
  // deno-lint-ignore no-explicit-any -- any function can be wrapped
  wrap<F extends (this: any, ...args: any[]) => any>(fn: F, options?: WrapOptions<F>): F {
    return this.#tracing.wrap(fn, options);
  }

  /**
   * A decorator that records each call of a method, under the name `Class.method`.
   *
   * @param options Another name.
   */
  traced(options?: { name?: string }): MethodDecorator {
    return this.#tracing.traced(options);
  }

  /** The span that is current here. */
  currentSpan(): ActiveSpan | undefined {
    return this.#tracing.currentSpan();
  }

  /**
   * Resolves when everything recorded before the call is in the file. Never rejects, and gives
   * up after half a minute: a disk that is full may stay so.
   */
  async flush(): Promise<void> {
    await this.#writer.flush(TIMEOUT_MS).catch(() => {});
  }

  /** Flushes, stops the writer and finishes the file. Spans still open are kept as unfinished. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As {@linkcode Profiler.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#tracing = NOOP_TRACING;
    this.#forget();
    try {
      const end = { endedAtNs: Date.now() * 1e6, exitCode: 0 };
      tell(await this.#writer.finish(end, TIMEOUT_MS));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      complain(`the recording "${this.#out}" is not finished: ${reason}`);
    }
  }
}

function check(out: string, ringSize: number, overflow: OverflowPolicy): void {
  if (typeof out !== "string" || out === "") {
    throw new TypeError(`Cannot create profiler: out must be a path, got ${JSON.stringify(out)}`);
  }
  if (!Number.isFinite(ringSize) || ringSize <= 0) {
    throw new TypeError(`Cannot create profiler: ringSize must be bytes above 0, got ${ringSize}`);
  }
  if (!["drop", "block", "grow"].includes(overflow)) {
    throw new TypeError(
      `Cannot create profiler: overflow must be "drop", "block" or "grow", got "${overflow}"`,
    );
  }
}

/** The patterns as text, which can be sent to the writer. @throws {TypeError} */
function patternsOf(redact: readonly (string | RegExp)[] | false): string[] | false {
  if (redact === false) return false;
  if (!Array.isArray(redact)) {
    throw new TypeError("Cannot create profiler: redact must be a list of patterns, or false");
  }
  const patterns = redact.map((pattern) =>
    pattern instanceof RegExp
      ? `/${pattern.source}/${pattern.flags.replace("y", "")}`
      : String(pattern)
  );
  try {
    parseRedactionPatterns(patterns);
  } catch (error) {
    throw new TypeError((error as Error).message);
  }
  return patterns;
}

function tell(report: FinishReport): void {
  const { lost } = report.ledger;
  for (const problem of report.problems) complain(problem);
  if (lost > 0 && report.problems.length === 0) complain(`${lost} spans were lost`);
}

/** The one place where a library may speak: when a recording is not what it should be. */
function complain(sentence: string): void {
  // deno-lint-ignore ferret/no-output -- there is no command line that could say it
  console.error(`ferret: ${sentence}`);
}
