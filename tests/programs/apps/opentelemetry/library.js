// A library that reports on itself.
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("some-library", "1.2.3");

export async function work() {
  const seen = [];
  await tracer.startActiveSpan(
    "work",
    { kind: SpanKind.CLIENT, attributes: { "a.b": 1 } },
    async (span) => {
      seen.push(trace.getActiveSpan() === span);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(trace.getActiveSpan() === span);
      const inner = tracer.startSpan("inner");
      inner.setAttribute("list", [1, 2]).addEvent("point", { y: 1 });
      inner.recordException(new TypeError("no"));
      inner.setStatus({ code: SpanStatusCode.ERROR, message: "bad" });
      inner.updateName("inner renamed");
      seen.push(inner.isRecording());
      inner.end();
      seen.push(inner.isRecording());
      tracer.startSpan("alone", {
        root: true,
        links: [{ context: span.spanContext() }],
      }).end();
      context.with(ROOT_CONTEXT, () => tracer.startSpan("outside").end());
      const bound = context.bind(
        context.active(),
        (a) => [trace.getActiveSpan() === span, a],
      );
      setTimeout(() => seen.push(...bound(7), bound.length), 1);
      const timed = tracer.startSpan("timed", { startTime: Date.now() - 1000 });
      timed.end(new Date());
      const { traceId, spanId } = span.spanContext();
      seen.push(/^[0-9a-f]{32}$/.test(traceId), /^[0-9a-f]{16}$/.test(spanId));
      await new Promise((resolve) => setTimeout(resolve, 5));
      span.end();
    },
  );
  return seen.join();
}
