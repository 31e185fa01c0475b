/**
 * Arguments and options that several commands have.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

export const RECORDING = "a recording: file, Parquet folder, or rec.duckdb#3 (default: out.duckdb)";
export const RUN = "the run meant: its number or id (default: the last)";

export function filterOption() {
  return new Option("--filter <selector>", "only these spans, e.g. 'http.server:*'");
}

export function whereOption() {
  return new Option(
    "--where <condition>",
    "only spans with it, e.g. 'http.response.status_code >= 500'; may be repeated",
  ).argParser(collect);
}

export function sinceOption() {
  return new Option(
    "--since <time>",
    "only what began at or after it: 10s, -5s (from the end), 14:05",
  );
}

export function untilOption() {
  return new Option("--until <time>", "only what began before it");
}

/** Before {@linkcode noConfigOption}: together they are `config?: string | boolean`. */
export function configOption() {
  return new Option(
    "--config <file>",
    "settings of the project (default: ferret.json and what else can have them)",
  );
}

export function noConfigOption() {
  return new Option("--no-config", "without the settings of the project");
}

/** All values of an option that may be repeated. */
export function collect(value: string, all: string[] | undefined): string[] {
  return [...(all ?? []), value];
}

export function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number.");
}
