// The program sets up its own SDK, after its library was used.
import { diag, DiagConsoleLogger, DiagLogLevel } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { work } from "./library.js";

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
await work();
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  .register();
console.log(await work());
console.log(exporter.getFinishedSpans().map(({ name }) => name).join());
