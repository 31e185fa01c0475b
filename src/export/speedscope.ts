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
import type { Lane } from "../analysis/lanes.ts";
import type { RecordedSource, SpanKey, SpanReader } from "../model/span_reader.ts";
import { laneName, processName } from "./lane_names.ts";
import { compareLanes, type ExportChoice, placeSpans } from "./placed_spans.ts";

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
  endNs: number;
  isEmpty: boolean;
}

/** Writes the profiles of a run. */
export async function* exportSpeedscope(
  reader: SpanReader,
  { spool, ...choice }: ExportChoice & { spool: Spool },
): AsyncIterable<string> {
  const { run } = reader;
  const profiles: OpenProfile[] = [];
  const frames = new Frames(await reader.sources());
  for await (const spans of placeSpans(reader, choice)) {
    for (const { span, endNs, lane, depth } of spans) {
      const { startNs } = span;
      const profile = profiles[lane.index] ??= {
        lane,
        open: [],
        startNs,
        endNs: startNs,
        isEmpty: true,
      };
      close(profile, depth, spool);
      const frame = frames.numberOf(span);
      write(profile, { type: "O", frame, atNs: startNs }, spool);
      profile.open.push({ frame, endNs });
    }
  }
  yield '{"$schema":"https://www.speedscope.app/file-format-schema.json",' +
    `"exporter":${JSON.stringify(`ferret@${run.ferretVersion}`)},` +
    `"name":${JSON.stringify([run.command, ...run.args].join(" "))},"profiles":[`;
  const threads = await reader.threads();
  const processes = new Set(threads.map(({ processId }) => processId));
  let isFirst = true;
  for (const profile of profiles.sort((a, b) => compareLanes(a.lane, b.lane))) {
    close(profile, 0, spool);
    const { lane, startNs, endNs } = profile;
    const name = laneName(lane, threads) +
      (processes.size > 1 ? `, ${processName(lane.processId, threads, run)}` : "");
    yield `${isFirst ? "" : ","}\n{"type":"evented","name":${JSON.stringify(name)},` +
      `"unit":"nanoseconds","startValue":${startNs},"endValue":${endNs},"events":[`;
    yield* spool.read(lane.index);
    yield "]}";
    isFirst = false;
  }
  yield `],\n"shared":{"frames":${JSON.stringify(frames.list)}}}\n`;
}

/** Closes what is open from this level on. */
function close(profile: OpenProfile, depth: number, spool: Spool): void {
  const { open } = profile;
  while (open.length > depth) {
    const { frame, endNs } = open.pop()!;
    write(profile, { type: "C", frame, atNs: endNs }, spool);
  }
}

function write(
  profile: OpenProfile,
  { type, frame, atNs }: { type: "O" | "C"; frame: number; atNs: number },
  spool: Spool,
): void {
  // Events must not go back in time.
  profile.endNs = Math.max(profile.endNs, atNs);
  const comma = profile.isEmpty ? "" : ",";
  profile.isEmpty = false;
  spool.add(
    profile.lane.index,
    `${comma}{"type":"${type}","frame":${frame},"at":${profile.endNs}}`,
  );
}

/** Names as frames, those of functions with their place; a name of two scopes is two frames. */
class Frames {
  readonly list: { name: string; file?: string; line?: number }[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sources: Map<string, RecordedSource[]>;

  constructor(sources: readonly RecordedSource[]) {
    this.#sources = Map.groupBy(sources, ({ name }) => name);
  }

  numberOf({ name, scope }: SpanKey): number {
    const key = `${scope}:${name}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ name, ...this.#placeOf(name, scope) }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** Where a function is, unless several have its name. */
  #placeOf(name: string, scope: string): { file?: string; line?: number } {
    const places = scope === "function" ? this.#sources.get(name) ?? [] : [];
    return places.length === 1 ? { file: places[0]!.file, line: places[0]!.line } : {};
  }
}
