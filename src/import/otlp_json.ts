/**
 * OTLP in JSON: one request or many, each in a line or all in one text.
 *
 * @module
 */
import type { ImportedFile } from "./imported_span.ts";
import { ImportError, skip } from "./imported_span.ts";
import { toObject, toObjects } from "./values.ts";
import { type OtlpResource, toImported } from "./otlp_spans.ts";

/** Reads the requests in a text. @throws {ImportError} */
export function readOtlpJson(text: string): ImportedFile {
  const file: ImportedFile = { spans: [], skipped: new Map() };
  for (const request of requestsOf(text)) {
    const { resourceSpans } = toObject<{ resourceSpans: unknown }>(request);
    if (!Array.isArray(resourceSpans)) {
      skip(file, "lines without spans");
      continue;
    }
    for (const resource of toObjects<OtlpResource>(resourceSpans)) toImported(resource, file);
  }
  return file;
}

/** Whether a text looks like it. */
export function isOtlpJson(text: string): boolean {
  return /^\s*\{[^]{0,200}"(resourceSpans|resourceMetrics|resourceLogs)"/.test(text);
}

function requestsOf(text: string): unknown[] {
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) ? value : [value];
  } catch {
    // Not one text, so one a line.
  }
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      throw new ImportError(`line ${index + 1} is not JSON`);
    }
  });
}
