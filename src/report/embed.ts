/**
 * Everything that a page in one file can be asked, answered beforehand: as much
 * of it as there is room for, and sentences on what there was no room for.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { countOf, formatCount } from "../model/numbers.ts";
import { formatDuration } from "../model/duration.ts";
import type { SpanReader } from "../model/span_reader.ts";
import { RunAnswers } from "./answer.ts";
import { buildNameDetails, entryRows, explainName } from "./name_detail.ts";
import {
  type Example,
  EXAMPLE_PARTS,
  type NameRow,
  type PageRequest,
  requestKey,
} from "./page_requests.ts";
import { LoadedTraces, MAX_TIMELINE_SPANS, readSlices, readTrace } from "./slices.ts";

/** An answer as it stands in the file. */
export interface Block {
  key: string;
  /** JSON, deflated, in base64. */
  text: string;
}

/** What goes into a page. */
export interface Embedded {
  blocks: Block[];
  omissions: string[];
}

/** Options for {@linkcode embedRuns}. */
export interface EmbedOptions {
  /** Of all blocks together. */
  maxBytes: number;
  /** Told what is being done. */
  onStep?: (text: string) => void;
}

/** Names with details of their own. */
const MAX_NAMES = 200;
/** Names whose slow tail is explained. */
const MAX_EXPLAINED_NAMES = 30;
/** Part of the room that a timeline may take, and what it may cost a span in a guess. */
const TIMELINE_SHARE = 0.4;
const TIMELINE_SPAN_BYTES = 24;

/** Answers what can be asked of the runs. Names are left out before traces are cut short. */
export async function embedRuns(
  readers: readonly SpanReader[],
  { maxBytes, onStep = () => {} }: EmbedOptions,
): Promise<Embedded> {
  const room = new Room(maxBytes);
  const omissions: string[] = [];
  for (const [run, reader] of readers.entries()) {
    // What one run leaves of its share is for the next.
    const left = room.left / (readers.length - run);
    const omitted = await embedRun(reader, { run, room, upTo: room.left - left, onStep });
    const whose = readers.length === 1 ? "" : run === 0 ? "Baseline: " : "Candidate: ";
    omissions.push(...omitted.map((text) => whose + text));
  }
  return { blocks: room.blocks, omissions };
}

interface RunOptions {
  run: number;
  room: Room;
  /** Room that is to be left. */
  upTo: number;
  onStep: (text: string) => void;
}

async function embedRun(reader: SpanReader, options: RunOptions): Promise<string[]> {
  const { run, room, upTo, onStep } = options;
  const answers = new RunAnswers(reader);
  onStep("reading names and percentiles");
  const overview = await answers.overview();
  room.add({ kind: "overview", run }, overview);
  onStep("merging calls");
  room.add({ kind: "calls", run }, await answers.answer({ kind: "calls", run }));
  const timelineSpans = Math.floor(
    Math.max(0, room.left - upTo) * TIMELINE_SHARE / TIMELINE_SPAN_BYTES,
  );
  onStep("reading the timeline");
  const slices = await readSlices(reader, { limit: Math.min(MAX_TIMELINE_SPANS, timelineSpans) });
  room.add({ kind: "slices", run }, slices);
  const rows = overview.rows.slice(0, MAX_NAMES);
  const examples = await embedNames(reader, rows, options);
  const omissions: string[] = [];
  if (overview.rows.length + overview.hiddenCount > rows.length) {
    omissions.push(
      `Distributions over time and examples are those of the ${
        formatCount(rows.length)
      } names with the longest total time, of ${
        formatCount(overview.rows.length + overview.hiddenCount)
      }.`,
    );
  }
  if (slices.cut !== undefined) {
    omissions.push(
      `The timeline has the ${formatCount(slices.spanId.length)} longest of ${
        countOf(slices.cut.total, "span")
      }: all that took more than ${formatDuration(slices.cut.shorterThanNs ?? 0)}.`,
    );
  }
  onStep("reading examples");
  const { embedded, wanted } = await embedExamples(reader, examples, options);
  if (embedded < wanted) {
    omissions.push(
      `Of ${
        countOf(wanted, "example")
      }, the fastest, median, p90, p99 and slowest span of each name, ${
        formatCount(embedded)
      } have their trace here, those of slow names first; --max-size makes room for more.`,
    );
  }
  return readersPrefix(omissions, run, reader);
}

function readersPrefix(omissions: string[], run: number, reader: SpanReader): string[] {
  return run === 0 && omissions.length === 0
    ? []
    : omissions.map((text) => run === 0 ? text : `Run ${reader.run.n} (candidate): ${text}`);
}

async function embedNames(
  reader: SpanReader,
  rows: readonly NameRow[],
  { run, room, onStep }: RunOptions,
): Promise<Example[][]> {
  onStep("reading latency over time");
  const details = await buildNameDetails(reader, rows);
  const entries = entryRows(rows);
  for (const [i, row] of rows.entries()) {
    if (i < MAX_EXPLAINED_NAMES) {
      onStep(`explaining names (${i + 1} of ${Math.min(rows.length, MAX_EXPLAINED_NAMES)})`);
      const withCauses = entries.includes(row);
      Object.assign(details[i]!, await explainName(reader, row, { withCauses }));
    }
    room.add({ kind: "name", run, name: row.name, scope: row.scope }, details[i]);
  }
  return details.map(({ examples }) => examples);
}

/** In turns: the slowest of each name, then the next part, so that no name gets all the room. */
async function embedExamples(
  reader: SpanReader,
  examples: readonly Example[][],
  { run, room, upTo, onStep }: RunOptions,
): Promise<{ embedded: number; wanted: number }> {
  const inTurns = EXAMPLE_PARTS.flatMap((part) =>
    examples.flatMap((own) => own.filter((one) => one.part === part))
  );
  const loaded = await LoadedTraces.load(reader);
  let embedded = 0;
  for (const [i, { spanId, traceId, startNs, durationNs }] of inTurns.entries()) {
    if (room.left <= upTo) break;
    if (i % 20 === 0) onStep(`reading examples (${i} of ${inTurns.length})`);
    const endNs = startNs + durationNs;
    const request = { kind: "trace" as const, run, spanId, traceId, startNs, endNs };
    const slices = loaded?.read(request) ?? await readTrace(reader, request);
    if (room.add(request, slices, upTo)) embedded++;
  }
  return { embedded, wanted: inTurns.length };
}

/** An answer as it stands in the file. */
export function encodeBlock(request: PageRequest, answer: unknown): Block {
  const bytes = deflateRawSync(JSON.stringify(answer));
  return { key: requestKey(request), text: Buffer.from(bytes).toString("base64") };
}

/** The room that there is in the file. */
class Room {
  left: number;
  readonly blocks: Block[] = [];

  constructor(maxBytes: number) {
    this.left = maxBytes;
  }

  /** @returns false when `upTo` would not be left. Without it an answer is needed, whatever it takes. */
  add(request: PageRequest, answer: unknown, upTo = -Infinity): boolean {
    const block = encodeBlock(request, answer);
    if (this.left - block.text.length < upTo) return false;
    this.left -= block.text.length;
    this.blocks.push(block);
    return true;
  }
}
