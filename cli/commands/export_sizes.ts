/**
 * Sizes of exports that are too much for what usually opens them.
 *
 * @module
 */
import type { ExportFormat } from "../formats.ts";

/** What a reader takes, and what to do with more. */
interface SizeLimit {
  bytes: number;
  reader: string;
  instead: string;
}

const MB = 1_000_000;
const MIB = 1024 * 1024;

const LIMITS: Partial<Record<ExportFormat, SizeLimit>> = {
  // 80 MB take it 5 seconds, 160 MB 40.
  speedscope: { bytes: 100 * MB, reader: "speedscope", instead: "--format perfetto" },
  // V8 has no longer texts.
  chrome: { bytes: 512 * MIB, reader: "a viewer of JSON", instead: "--format perfetto" },
  // Its engine in the browser has 4 GB, and needs several times the size of the file.
  perfetto: {
    bytes: 1_000 * MB,
    reader: "Perfetto's page",
    instead: "its trace_processor_shell beside the page",
  },
  // What a collector takes unless it is told otherwise.
  "otlp-proto": {
    bytes: 20 * MIB,
    reader: "a collector that gets it as one request",
    instead: "--format otlp, where each line is a request",
  },
};

/** What to say behind the size of a file. Empty: it can be opened. */
export function sizeWarning(format: ExportFormat, bytes: number): string {
  const limit = LIMITS[format];
  if (limit === undefined || bytes <= limit.bytes) return "";
  const { reader, instead } = limit;
  return `, which may be too much for ${reader}\n` +
    `Less: --since, --until, --filter, --where. More: ${instead}`;
}
