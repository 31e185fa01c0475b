/**
 * The metrics that ferret records and what they are measured in, and the names
 * that people write for them.
 *
 * @module
 */

/** What values of a metric are: OpenTelemetry's units. `number`: ferret does not know. */
export type MetricUnit = "seconds" | "bytes" | "share" | "number";

const UNITS: ReadonlyMap<string, MetricUnit> = new Map<string, MetricUnit>([
  ["nodejs.eventloop.delay", "seconds"],
  ["v8js.gc.duration", "seconds"],
  ["v8js.gc.utilization", "share"],
  ["v8js.gc.unwatched", "seconds"],
  ["process.memory.usage", "bytes"],
  ["v8js.memory.heap.used", "bytes"],
  ["v8js.memory.external", "bytes"],
  ["process.cpu.time", "seconds"],
  ["process.cpu.utilization", "share"],
]);

/** What the values of a metric are, by its name or by what stands for it. */
export function metricUnit(name: string): MetricUnit {
  return UNITS.get(findMetric(name, [...UNITS.keys()]) ?? name) ?? "number";
}

/**
 * The metric that is meant: `eventloop.delay` is enough for
 * `nodejs.eventloop.delay`, if nothing else ends like that.
 *
 * @param known Names of the metrics that there are.
 */
export function findMetric(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const ending = known.filter((one) => one.endsWith(`.${name}`));
  return ending.length === 1 ? ending[0] : undefined;
}
