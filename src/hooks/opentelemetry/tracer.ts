/**
 * The tracer that libraries get as long as the program has none: spans of the
 * scope `library`.
 *
 * @module
 */
import { type Attributes, KINDS, SCOPE_LIBRARY } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { toText } from "../../recorder/text.ts";
import {
  type AnyFunction,
  type ContextApi,
  type OtelContext,
  SPAN_KEY,
  type SpanOptions,
  SUPPRESSED_KEY,
  type Tracer,
} from "./api.ts";
import { SpanContextManager } from "./context_manager.ts";
import { clockNs, OtelSpan } from "./otel_span.ts";

export class FerretTracer implements Tracer {
  readonly #recorder: Recorder;
  readonly #contexts: ContextApi;
  readonly #noop: Tracer;
  readonly #scope: Attributes;

  /** @param parts `noop`: the tracer that records nothing. */
  constructor(
    recorder: Recorder,
    parts: {
      contexts: ContextApi;
      noop: Tracer;
      name: string;
      version: string | undefined;
    },
  ) {
    this.#recorder = recorder;
    this.#contexts = parts.contexts;
    this.#noop = parts.noop;
    this.#scope = {
      "otel.scope.name": parts.name,
      ...parts.version === undefined ? {} : { "otel.scope.version": parts.version },
    };
  }

  startSpan(
    name: string,
    options: SpanOptions = {},
    context = this.#contexts.active(),
  ): unknown {
    const recorder = this.#recorder;
    if (context.getValue(SUPPRESSED_KEY) === true) {
      return this.#noop.startSpan(name, options, context);
    }
    const startNs = clockNs(recorder, options.startTime);
    const span = recorder.startSpan(toText(name), {
      scope: SCOPE_LIBRARY,
      kind: KINDS[options.kind ?? 0] === undefined ? 0 : options.kind ?? 0,
      parent: options.root === true ? null : this.#parentIn(context),
      ...startNs === undefined ? {} : { startNs },
    });
    recorder.setAttributes(span, this.#scope);
    const wrapper = OtelSpan.of(recorder, span, true);
    if (options.attributes) wrapper.setAttributes(options.attributes);
    if (options.links) wrapper.addLinks(options.links);
    return wrapper;
  }

  startActiveSpan(name: string, ...args: unknown[]): unknown {
    const fn = args.pop() as AnyFunction;
    if (typeof fn !== "function") return undefined;
    const [options, given] = args as [SpanOptions?, OtelContext?];
    const context = given ?? this.#contexts.active();
    const span = this.startSpan(name, options, context);
    return this.#contexts.with(
      context.setValue(SPAN_KEY, span),
      fn,
      undefined,
      span,
    );
  }

  /** The parent that a context gives; undefined for the current span, null for none. */
  #parentIn(context: OtelContext): Span | null | undefined {
    const value = context.getValue(SPAN_KEY);
    const span = OtelSpan.spanOf(value);
    if (span !== undefined) return span;
    // Ours have the current span in them, unless the library took it out.
    const isOurs = this.#contexts._getContextManager() instanceof
      SpanContextManager;
    return value === undefined && isOurs ? null : undefined;
  }
}
