// OpenTelemetry at work in the same program: its context, its patches, its exporter.
const { context, propagation, trace } = require("@opentelemetry/api");
const { NodeTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require(
  "@opentelemetry/sdk-trace-node",
);
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
const http = require("node:http");
const tracer = trace.getTracer("transparency");
const server = http.createServer((request, response) => {
  const span = tracer.startSpan("handle");
  response.end(
    JSON.stringify([typeof request.headers.traceparent, trace.getActiveSpan() !== undefined]),
  );
  span.end();
});
server.listen(0, "127.0.0.1", () => {
  tracer.startActiveSpan("outer", (span) => {
    const outer = context.active();
    http.get({ port: server.address().port, host: "127.0.0.1", path: "/a?b=c" }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => body += text).on("end", () => {
        console.log(body, trace.getSpan(outer) === span);
        span.end();
        server.close(() => {
          const spans = exporter.getFinishedSpans();
          const carrier = {};
          propagation.inject(outer, carrier);
          console.log(
            spans.map(({ name, kind }) => `${name} ${kind}`).sort().join(),
            Object.keys(carrier).join(),
          );
          console.log(new Set(spans.map((s) => s.spanContext().traceId)).size);
        });
      });
    });
  });
});
