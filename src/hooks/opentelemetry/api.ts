/**
 * What of `@opentelemetry/api` is implemented or called here, as its version 1
 * defines it.
 *
 * @module
 */

/** Seconds and nanoseconds, or milliseconds: since 1970 or since the program's start. */
export type TimeInput = readonly [seconds: number, ns: number] | number | Date;

export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
}

export interface SpanStatus {
  /** 0 unset, 1 ok, 2 error. */
  code: number;
  message?: string;
}

export interface Link {
  context: { traceId: string; spanId: string };
  attributes?: Record<string, unknown>;
}

export interface SpanOptions {
  /** The same numbers as ferret's. */
  kind?: number;
  attributes?: Record<string, unknown>;
  links?: Link[];
  startTime?: TimeInput;
  root?: boolean;
}

// deno-lint-ignore no-explicit-any -- any function can be called in a context
export type AnyFunction = (...args: any[]) => any;

export interface ContextManager {
  active(): OtelContext;
  with(
    context: OtelContext,
    fn: AnyFunction,
    thisArg?: unknown,
    ...args: unknown[]
  ): unknown;
  bind<T>(context: OtelContext, target: T): T;
  enable(): this;
  disable(): this;
}

export interface ContextApi extends Omit<ContextManager, "enable" | "disable"> {
  _getContextManager(): ContextManager;
}

export interface Tracer {
  startSpan(
    name: string,
    options?: SpanOptions,
    context?: OtelContext,
  ): unknown;
  startActiveSpan(name: string, ...args: unknown[]): unknown;
}

/** Under which a context has its span: made from its description, so the same for all copies. */
export const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/** Under which an SDK says that nothing is to be recorded: its own exports, say. */
export const SUPPRESSED_KEY = Symbol.for(
  "OpenTelemetry SDK Context Key SUPPRESS_TRACING",
);
