/**
 * Preload of a Node program: OpenTelemetry's SDK with its automatic
 * instrumentations as they are by default, a batch processor, and an exporter
 * that throws away what it gets. `BENCH_PEERS` is the folder with the packages.
 *
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

// deno-lint-ignore no-explicit-any -- the packages are installed elsewhere, without their types
type Package = any;

/** What the program finds in its global object. */
export interface ExportedSpans {
  /** Exports the rest and tells how many spans have begun and how many came out. */
  benchExported?: () => Promise<{ recorded: number; lost: number }>;
}

const require = createRequire(join(process.env["BENCH_PEERS"]!, "package.json"));
const { NodeSDK }: Package = require("@opentelemetry/sdk-node");
const { BatchSpanProcessor }: Package = require("@opentelemetry/sdk-trace-base");
const { getNodeAutoInstrumentations }: Package = require(
  "@opentelemetry/auto-instrumentations-node",
);

let ended = 0;
let exported = 0;
const batches = new BatchSpanProcessor({
  export: (spans: unknown[], done: (result: { code: number }) => void) => {
    exported += spans.length;
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
  forceFlush: () => Promise.resolve(),
});
const counter = {
  onStart: () => {},
  onEnd: () => void ended++,
  shutdown: () => Promise.resolve(),
  forceFlush: () => Promise.resolve(),
};
new NodeSDK({
  instrumentations: [getNodeAutoInstrumentations()],
  spanProcessors: [counter, batches],
  // They ask the network which cloud this is.
  resourceDetectors: [],
  metricReaders: [],
  logRecordProcessors: [],
}).start();

(globalThis as ExportedSpans).benchExported = async () => {
  await batches.forceFlush();
  return { recorded: exported, lost: ended - exported };
};
