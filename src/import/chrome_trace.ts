/**
 * The Trace Event Format of Chrome: complete events, begins and ends, and
 * asynchronous ones. Flows, counters and samples are no spans and are counted.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import { type ImportedFile, type ImportedSpan, ImportError, skip } from "./imported_span.ts";

/** One event, as far as it is used here. Times are microseconds. */
interface TraceEvent {
  ph?: string;
  name?: string;
  cat?: string;
  ts?: number;
  dur?: number;
  pid?: number | string;
  tid?: number | string;
  id?: number | string;
  id2?: { local?: string; global?: string };
  args?: Record<string, unknown>;
}

/** A span that has begun. */
type OpenSpan = ImportedSpan & { durationNs: undefined };

/** Reads the events. @throws {ImportError} */
export function readChromeTrace(text: string): ImportedFile {
  const events = eventsOf(text).filter((event) => typeof event === "object" && event !== null);
  const reader = new EventReader();
  // Ends belong behind their begins; files are written as buffers were emptied.
  const sorted = events.map((event, index) => ({ event, index }))
    .sort((a, b) => (a.event.ts ?? 0) - (b.event.ts ?? 0) || a.index - b.index);
  for (const { event } of sorted) reader.read(event);
  return reader.finish();
}

/** Whether a text looks like it. */
export function isChromeTrace(text: string): boolean {
  return /^\s*(\[\s*(\{|\])|\{[^]{0,2000}"traceEvents"\s*:)/.test(text);
}

function eventsOf(text: string): TraceEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A trace that was cut off has no end: the format allows that for arrays.
    const end = text.lastIndexOf("}");
    try {
      value = JSON.parse(
        `${text.slice(0, end + 1)}${text.trimStart().startsWith("[") ? "]" : "]}"}`,
      );
    } catch {
      throw new ImportError("it is not JSON");
    }
  }
  const events = Array.isArray(value) ? value : (value as { traceEvents?: unknown }).traceEvents;
  if (!Array.isArray(events)) throw new ImportError('it has no "traceEvents"');
  return events as TraceEvent[];
}

class EventReader {
  readonly #file: ImportedFile = { spans: [], skipped: new Map() };
  /** Spans that are open on each thread, callers first. */
  readonly #stacks = new Map<string, ImportedSpan[]>();
  /** Asynchronous ones by id. */
  readonly #async = new Map<string, OpenSpan[]>();
  readonly #threadNames = new Map<string, string>();
  #count = 0;

  read(event: TraceEvent): void {
    switch (event.ph) {
      case "X":
        this.#complete(event);
        break;
      case "B":
        this.#stackOf(event).push(this.#add(event, this.#top(event)));
        break;
      case "E":
        this.#end(event);
        break;
      case "b":
      case "S":
        this.#beginAsync(event);
        break;
      case "e":
      case "F":
        this.#endAsync(event);
        break;
      case "i":
      case "I":
      case "n":
      case "R":
        this.#instant(event);
        break;
      case "M":
        this.#metadata(event);
        break;
      default:
        skip(this.#file, `events of type ${String(event.ph).slice(0, 20)}`);
    }
  }

  finish(): ImportedFile {
    for (const span of this.#file.spans) {
      span.threadName = this.#threadNames.get(`${span.process} ${span.thread}`);
    }
    return this.#file;
  }

  /** Complete events nest by their times. */
  #complete(event: TraceEvent): void {
    const durationNs = Math.max(0, Math.round((event.dur ?? 0) * 1000));
    const startUnixNs = toNs(event.ts);
    const stack = this.#stackOf(event);
    const isOver = ({ startUnixNs: start, durationNs: length }: ImportedSpan) =>
      length !== undefined &&
      start + BigInt(length) < startUnixNs + BigInt(durationNs);
    while (stack.length > 0 && isOver(stack.at(-1)!)) stack.pop();
    stack.push(this.#add(event, stack.at(-1), durationNs));
  }

  #end(event: TraceEvent): void {
    const stack = this.#stackOf(event);
    let span = stack.pop();
    while (span !== undefined && span.durationNs !== undefined) span = stack.pop();
    if (span === undefined) {
      skip(this.#file, "ends without a begin");
      return;
    }
    span.durationNs = Math.max(0, Number(toNs(event.ts) - span.startUnixNs));
    Object.assign(span.attributes, event.args ?? {});
  }

  #beginAsync(event: TraceEvent): void {
    const key = asyncKey(event);
    const open = this.#async.get(key) ?? [];
    this.#async.set(key, open);
    const span = this.#add(event, open.at(-1)) as OpenSpan;
    span.trace = key;
    open.push(span);
  }

  #endAsync(event: TraceEvent): void {
    const open = this.#async.get(asyncKey(event)) ?? [];
    const at = open.findLastIndex(({ name }) => name === event.name);
    const [span] = open.splice(at < 0 ? open.length - 1 : at, 1) as ImportedSpan[];
    if (span === undefined) {
      skip(this.#file, "ends without a begin");
      return;
    }
    span.durationNs = Math.max(0, Number(toNs(event.ts) - span.startUnixNs));
    Object.assign(span.attributes, event.args ?? {});
  }

  /** An event of the span that is open there. */
  #instant(event: TraceEvent): void {
    const span = this.#top(event);
    if (span === undefined) {
      skip(this.#file, "instants outside of spans");
      return;
    }
    (span.events ??= []).push({
      name: event.name ?? "",
      timeUnixNs: toNs(event.ts),
      attributes: { ...event.args },
    });
  }

  #metadata({ name, pid, tid, args }: TraceEvent): void {
    if (name === "thread_name" && typeof args?.["name"] === "string") {
      this.#threadNames.set(`${String(pid ?? 0)} ${String(tid ?? 0)}`, args["name"]);
    }
    if (name === "process_name" && typeof args?.["name"] === "string") {
      this.#file.command ??= args["name"];
    }
  }

  #add(event: TraceEvent, parent: ImportedSpan | undefined, durationNs?: number): ImportedSpan {
    const id = String(++this.#count);
    const span: ImportedSpan = {
      id,
      parentId: parent?.id,
      trace: parent?.trace ?? id,
      name: event.name ?? "",
      scope: "library",
      kind: "internal",
      startUnixNs: toNs(event.ts),
      durationNs,
      status: "unset",
      process: String(event.pid ?? 0),
      thread: String(event.tid ?? 0),
      attributes: {
        ...event.args,
        ...event.cat === undefined || event.cat === "" ? {} : { category: event.cat },
      },
    };
    this.#file.spans.push(span);
    return span;
  }

  #top(event: TraceEvent): ImportedSpan | undefined {
    const stack = this.#stackOf(event);
    const at = toNs(event.ts);
    const isOver = ({ startUnixNs, durationNs }: ImportedSpan) =>
      durationNs !== undefined && startUnixNs + BigInt(durationNs) < at;
    while (stack.length > 0 && isOver(stack.at(-1)!)) stack.pop();
    return stack.at(-1);
  }

  #stackOf({ pid, tid }: TraceEvent): ImportedSpan[] {
    const key = `${String(pid ?? 0)} ${String(tid ?? 0)}`;
    let stack = this.#stacks.get(key);
    if (stack === undefined) {
      stack = [];
      this.#stacks.set(key, stack);
    }
    return stack;
  }
}

function asyncKey({ cat, id, id2, pid }: TraceEvent): string {
  const own = id2?.local === undefined ? "" : ` ${String(pid ?? 0)}`;
  return `async ${cat ?? ""} ${String(id ?? id2?.global ?? id2?.local ?? "")}${own}`;
}

function toNs(micros: number | undefined): bigint {
  return BigInt(Math.round((Number.isFinite(micros) ? micros! : 0) * 1000));
}
