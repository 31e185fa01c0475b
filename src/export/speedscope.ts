/**
 * The file format of speedscope: an evented profile for each lane.
 *
 * https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources
 *
 * The events of a lane must follow each other in the file, while spans come in
 * the order of time: lanes are spooled apart and joined at the end.
 *
 * @module
 */
import type { RecordedSpan, SpanReader } from "../model/span_reader.ts";
import { endOf, type Lane, Lanes } from "./lanes.ts";
import { laneName, processName } from "./lane_names.ts";

/** A place for texts that are put together later. */
export interface Spool {
  /** Adds to one of its texts. */
  add(text: number, part: string): void;
  /** Reads a text, in pieces. */
  read(text: number): AsyncIterable<string>;
}

/** A profile that is being written. */
interface OpenProfile {
  lane: Lane;
  /** Frames that are open, callers first, with their ends. */
  open: { frame: number; endNs: number }[];
  startNs: number;
  lastNs: number;
  isEmpty: boolean;
}

/** Writes the profiles of a run. */
export async function* exportSpeedscope(
  reader: SpanReader,
  { spool }: { spool: Spool },
): AsyncIterable<string> {
  const { run } = reader;
  const runEndNs = run.durationNs ?? 0;
  const lanes = new Lanes(runEndNs);
  const profiles = new Map<number, OpenProfile>();
  const frames = new Frames();
  for await (const spans of reader.scan({ order: "start" })) {
    for (const span of spans) {
      const { lane } = lanes.place(span);
      let profile = profiles.get(lane.id);
      if (profile === undefined) {
        profile = { lane, open: [], startNs: span.startNs, lastNs: span.startNs, isEmpty: true };
        profiles.set(lane.id, profile);
      }
      closeBefore(profile, span.startNs, spool);
      open(profile, { frame: frames.numberOf(span), span, runEndNs, spool });
    }
  }
  yield '{"$schema":"https://www.speedscope.app/file-format-schema.json",' +
    `"exporter":${JSON.stringify(`ferret@${run.ferretVersion}`)},` +
    `"name":${JSON.stringify([run.command, ...run.args].join(" "))},"profiles":[`;
  const threads = await reader.threads();
  let isFirst = true;
  for (const profile of [...profiles.values()].sort((a, b) => compareLanes(a.lane, b.lane))) {
    closeBefore(profile, Infinity, spool);
    const { lane, startNs, lastNs } = profile;
    const processes = new Set(threads.map(({ processId }) => processId));
    const name = laneName(lane, threads) +
      (processes.size > 1 ? `, ${processName(lane.processId, threads, run)}` : "");
    yield `${isFirst ? "" : ","}\n{"type":"evented","name":${JSON.stringify(name)},` +
      `"unit":"nanoseconds","startValue":${startNs},"endValue":${lastNs},"events":[`;
    yield* spool.read(lane.id);
    yield "]}";
    isFirst = false;
  }
  yield `],\n"shared":{"frames":${JSON.stringify(frames.list)}}}\n`;
}

function open(
  profile: OpenProfile,
  { frame, span, runEndNs, spool }: {
    frame: number;
    span: RecordedSpan;
    runEndNs: number;
    spool: Spool;
  },
): void {
  write(profile, "O", { frame, at: span.startNs, spool });
  profile.open.push({ frame, endNs: endOf(span, runEndNs) });
}

function closeBefore(profile: OpenProfile, timeNs: number, spool: Spool): void {
  for (let top = profile.open.at(-1); top !== undefined && top.endNs <= timeNs;) {
    profile.open.pop();
    write(profile, "C", { frame: top.frame, at: top.endNs, spool });
    top = profile.open.at(-1);
  }
}

function write(
  profile: OpenProfile,
  type: "O" | "C",
  { frame, at, spool }: { frame: number; at: number; spool: Spool },
): void {
  // Events must not go back in time.
  profile.lastNs = Math.max(profile.lastNs, at);
  const comma = profile.isEmpty ? "" : ",";
  profile.isEmpty = false;
  spool.add(profile.lane.id, `${comma}{"type":"${type}","frame":${frame},"at":${profile.lastNs}}`);
}

function compareLanes(a: Lane, b: Lane): number {
  return a.processId - b.processId || a.threadId - b.threadId || a.number - b.number;
}

/** Names as frames; names of several scopes are several frames. */
class Frames {
  readonly list: { name: string }[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf({ name, scope }: RecordedSpan): number {
    const key = `${scope}:${name}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ name }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
