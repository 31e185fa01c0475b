/**
 * The Trace Event Format of Chrome: complete events, begins and ends, and
 * asynchronous ones. Flows, counters and samples are no spans and are counted.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import { type ImportedFile, type ImportedSpan, ImportError, skip } from "./imported_span.ts";
import { microsToNs, nsBetween, toNumber, toObject, toObjects, toText } from "./values.ts";

/** One event, as far as it is used here, with what should be there. */
interface TraceEvent {
  ph: string;
  name: string;
  cat: string;
  startNs: bigint;
  durationNs: number;
  pid: string;
  tid: string;
  /** What asynchronous events are told apart by. */
  id: string;
  args: Record<string, unknown>;
}

/** Events that are one moment of a span. */
const INSTANTS = ["i", "I", "n", "R"];

/** A span that has begun. */
type OpenSpan = ImportedSpan & { durationNs: undefined };

/** Reads the events. @throws {ImportError} */
export function readChromeTrace(text: string): ImportedFile {
  const reader = new EventReader();
  for (const event of inOrder(eventsOf(text).map(toEvent))) reader.read(event);
  return reader.finish();
}

/** Whether a text looks like it. */
export function isChromeTrace(text: string): boolean {
  return /^\s*(\[\s*(\{|\])|\{[^]{0,2000}"traceEvents"\s*:)/.test(text);
}

/**
 * Files are written as buffers were emptied, and what contains others often behind them.
 * Of events at one time begins and ends stay as they are, then come complete ones, the
 * longest first, and then what happens within these.
 */
function inOrder(events: readonly TraceEvent[]): TraceEvent[] {
  const rankOf = ({ ph }: TraceEvent) => ph === "X" ? 1 : INSTANTS.includes(ph) ? 2 : 0;
  return events.map((event, index) => ({ event, index, rank: rankOf(event) })).sort((a, b) => {
    const [x, y] = [a.event, b.event];
    if (x.startNs !== y.startNs) return x.startNs < y.startNs ? -1 : 1;
    return a.rank - b.rank || y.durationNs - x.durationNs || a.index - b.index;
  }).map(({ event }) => event);
}

/** What a file says, as far as it is of the right type. */
function toEvent(raw: Record<string, unknown>): TraceEvent {
  const { local, global } = toObject<{ local: unknown; global: unknown }>(raw["id2"]);
  const pid = toText(raw["pid"]) ?? "0";
  const durationNs = microsToNs(toNumber(raw["dur"]) ?? 0);
  return {
    ph: toText(raw["ph"]) ?? "",
    name: toText(raw["name"]) ?? "",
    cat: toText(raw["cat"]) ?? "",
    startNs: microsToNs(toNumber(raw["ts"]) ?? 0),
    durationNs: raw["ph"] === "X" ? nsBetween(0n, durationNs) : 0,
    pid,
    tid: toText(raw["tid"]) ?? "0",
    id: toText(raw["id"]) ?? toText(global) ??
      (local === undefined ? "" : `${pid} ${toText(local)}`),
    args: toObject<Record<string, unknown>>(raw["args"]) as Record<string, unknown>,
  };
}

function eventsOf(text: string): Record<string, unknown>[] {
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
  const events = Array.isArray(value)
    ? value
    : toObject<{ traceEvents: unknown }>(value).traceEvents;
  if (!Array.isArray(events)) throw new ImportError('it has no "traceEvents"');
  return toObjects<Record<string, unknown>>(events);
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
        skip(this.#file, `events of type ${event.ph.slice(0, 20)}`);
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
    const { durationNs, startNs: startUnixNs } = event;
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
    span.durationNs = nsBetween(span.startUnixNs, event.startNs);
    span.attributes = { ...span.attributes, ...event.args };
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
    span.durationNs = nsBetween(span.startUnixNs, event.startNs);
    span.attributes = { ...span.attributes, ...event.args };
  }

  /** An event of the span that is open there. */
  #instant(event: TraceEvent): void {
    const span = this.#top(event);
    if (span === undefined) {
      skip(this.#file, "instants outside of spans");
      return;
    }
    (span.events ??= []).push({
      name: event.name,
      timeUnixNs: event.startNs,
      attributes: { ...event.args },
    });
  }

  #metadata({ name, pid, tid, args }: TraceEvent): void {
    if (name === "thread_name" && typeof args["name"] === "string") {
      this.#threadNames.set(`${pid} ${tid}`, args["name"]);
    }
    if (name === "process_name" && typeof args["name"] === "string") {
      this.#file.command ??= args["name"];
    }
  }

  #add(event: TraceEvent, parent: ImportedSpan | undefined, durationNs?: number): ImportedSpan {
    const id = String(++this.#count);
    const span: ImportedSpan = {
      id,
      parentId: parent?.id,
      trace: parent?.trace ?? id,
      name: event.name,
      scope: "library",
      kind: "internal",
      startUnixNs: event.startNs,
      durationNs,
      status: "unset",
      process: event.pid,
      thread: event.tid,
      attributes: { ...event.args, ...event.cat === "" ? {} : { category: event.cat } },
    };
    this.#file.spans.push(span);
    return span;
  }

  #top(event: TraceEvent): ImportedSpan | undefined {
    const stack = this.#stackOf(event);
    const at = event.startNs;
    const isOver = ({ startUnixNs, durationNs }: ImportedSpan) =>
      durationNs !== undefined && startUnixNs + BigInt(durationNs) < at;
    while (stack.length > 0 && isOver(stack.at(-1)!)) stack.pop();
    return stack.at(-1);
  }

  #stackOf({ pid, tid }: TraceEvent): ImportedSpan[] {
    const key = `${pid} ${tid}`;
    let stack = this.#stacks.get(key);
    if (stack === undefined) {
      stack = [];
      this.#stacks.set(key, stack);
    }
    return stack;
  }
}

function asyncKey({ cat, id }: TraceEvent): string {
  return `async ${cat} ${id}`;
}
