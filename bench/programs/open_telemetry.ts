/**
 * OpenTelemetry JS as a contestant: batch processor, exporter that does
 * nothing, context by AsyncLocalStorage.
 *
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Contestant, pause } from "./rounds.ts";

// deno-lint-ignore no-explicit-any -- the packages are installed elsewhere, without their types
type Package = any;

/** Contestants `otel` and `otel attributes`. */
export function createOpenTelemetry(peers: string, count: number): Contestant[] {
  const require = createRequire(join(peers, "package.json"));
  const { context, trace }: Package = require("@opentelemetry/api");
  const sdk: Package = require("@opentelemetry/sdk-trace-base");
  const { AsyncLocalStorageContextManager }: Package = require(
    "@opentelemetry/context-async-hooks",
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: () => Promise.resolve(),
    forceFlush: () => Promise.resolve(),
  };
  trace.setGlobalTracerProvider(
    new sdk.BasicTracerProvider({ spanProcessors: [new sdk.BatchSpanProcessor(exporter)] }),
  );
  const tracer = trace.getTracer("bench");
  let sum = 0;

  function spans(times: number): void {
    for (let i = 0; i < times; i++) {
      tracer.startActiveSpan("work", (span: Package) => {
        sum += i;
        span.end();
      });
    }
  }

  function spansWithAttributes(times: number): void {
    for (let i = 0; i < times; i++) {
      tracer.startActiveSpan("work", (span: Package) => {
        span.setAttribute("table", "users");
        span.setAttribute("rows", i);
        span.setAttribute("cached", true);
        sum += i;
        span.end();
      });
    }
  }

  const rest = () => sum < 0 ? undefined : pause(10);
  return [
    { name: "otel", count, run: spans, rest },
    { name: "otel attributes", count, run: spansWithAttributes, rest },
  ];
}
